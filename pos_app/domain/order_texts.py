"""What the papers of an order say, in the languages of receipts: one row a message, one column a language."""

ORDER_MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "order_ship": ("TO BE SENT", "WIRD VERSANDT", "PARA ENVÍO", "À EXPÉDIER"),
    "order_pick_up": ("PICK UP LATER", "ABHOLUNG", "RECOGER LUEGO", "À RETIRER"),
    "order_special": ("SPECIAL ORDER", "BESTELLUNG", "PEDIDO ESPECIAL", "COMMANDE"),
    "order_number": ("Order {number}", "Bestellung {number}", "Pedido {number}", "Commande {number}"),
    "order_next_ship": (
        "Your goods will be sent. Points follow when they leave.",
        "Ihre Ware wird versandt. Die Punkte folgen, sobald sie unterwegs ist.",
        "Le enviaremos sus artículos. Los puntos llegan cuando salgan.",
        "Vos articles seront expédiés. Les points suivront à leur départ.",
    ),
    "order_next_pick_up": (
        "Your goods are paid. Bring this slip to pick them up.",
        "Ihre Ware ist bezahlt. Bringen Sie diesen Zettel zur Abholung mit.",
        "Sus artículos están pagados. Traiga este papel para recogerlos.",
        "Vos articles sont payés. Apportez ce bon pour les retirer.",
    ),
    "order_next_special": (
        "Bring this slip when your goods are here.",
        "Bringen Sie diesen Zettel mit, wenn Ihre Ware da ist.",
        "Traiga este papel cuando lleguen sus artículos.",
        "Apportez ce bon quand vos articles seront arrivés.",
    ),
    "packing_slip": ("PACKING SLIP", "LIEFERSCHEIN", "ALBARÁN", "BON DE LIVRAISON"),
    "order_total": ("Order comes to", "Bestellwert", "Total del pedido", "Total de la commande"),
    "deposit_paid": ("DEPOSIT PAID", "ANZAHLUNG", "DEPÓSITO", "ACOMPTE"),
    "order_left": ("Left to pay at pick-up", "Rest bei Abholung", "Resto al recoger", "Reste au retrait"),
    "deposit_kept_if": (
        "If you cancel, {amount} of the deposit is not given back.",
        "Bei Stornierung werden {amount} der Anzahlung einbehalten.",
        "Si cancela, no se devuelven {amount} del depósito.",
        "En cas d'annulation, {amount} de l'acompte ne sont pas rendus.",
    ),
    "deposit_points": (
        "Points are earned when the goods are sold.",
        "Punkte gibt es beim Verkauf der Ware.",
        "Los puntos se ganan al vender los artículos.",
        "Les points sont gagnés à la vente des articles.",
    ),
    "order_cancelled": ("ORDER CANCELLED", "STORNIERT", "PEDIDO ANULADO", "ANNULÉE"),
    "deposit_kept": ("Kept by the store", "Einbehalten", "Retenido por la tienda", "Retenu par le magasin"),
    "deposit_back": ("DEPOSIT BACK", "ZURÜCK", "DEVUELTO", "RENDU"),
}
