"""What a receipt says, in the languages of the store's customers: one row a message, one column a language."""

from functools import lru_cache

from pos_app.domain.order_texts import ORDER_MESSAGES
from pos_app.domain.return_texts import RETURN_MESSAGES

LANGUAGES = ("en", "de", "es", "fr")

# A message is complete by construction: a row that lacks a language does not unpack.
_MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "decimal_sign": (".", ",", ",", ","),
    "number": ("No. {number}", "Nr. {number}", "N.º {number}", "Nº {number}"),
    "till": ("Till {till}", "Kasse {till}", "Caja {till}", "Caisse {till}"),
    "served_by": ("Served by {operator}", "Bedient von {operator}", "Atendido por {operator}", "Servi par {operator}"),
    "each": ("{quantity} x {price}", "{quantity} x {price}", "{quantity} x {price}", "{quantity} x {price}"),
    "price_before": ("Before {price}", "Vorher {price}", "Antes {price}", "Avant {price}"),
    "discount": ("Discount", "Rabatt", "Descuento", "Remise"),
    "goods": ("Goods and services", "Waren und Leistungen", "Bienes y servicios", "Biens et services"),
    "fees": ("Fees", "Gebühren", "Tasas", "Frais"),
    "tax_included": (
        "{tax} included: {amount}",
        "darin {tax}: {amount}",
        "{tax} incluido: {amount}",
        "dont {tax} : {amount}",
    ),
    "tax_exempt": (
        "Tax exempt, certificate {certificate}",
        "Steuerfrei, Bescheinigung {certificate}",
        "Exento de impuestos, certificado {certificate}",
        "Exonéré de taxes, certificat {certificate}",
    ),
    "serial_number": (
        "Serial no. {number}",
        "Seriennr. {number}",
        "N.º de serie {number}",
        "N° de série {number}",
    ),
    "tax_relief": (
        "Tax free: {relief}",
        "Steuerfrei: {relief}",
        "Libre de impuestos: {relief}",
        "Hors taxe : {relief}",
    ),
    "total": ("TOTAL", "SUMME", "TOTAL", "TOTAL"),
    "tender_points": ("Points", "Punkte", "Puntos", "Points"),
    "tender_cash": ("Cash", "Bar", "Efectivo", "Espèces"),
    "tender_card": ("Card", "Karte", "Tarjeta", "Carte"),
    "tender_gift_card": ("Gift card", "Geschenkkarte", "Tarjeta regalo", "Carte cadeau"),
    "tender_store_credit": ("Store credit", "Guthaben", "Vale", "Avoir"),
    "tender_voucher": ("Voucher", "Gutschein", "Cupón", "Bon d'achat"),
    "tender_check": ("Check", "Scheck", "Cheque", "Chèque"),
    "tender_financing": ("Financing", "Finanzierung", "Financiación", "Financement"),
    "tender_bank_transfer": ("Bank transfer", "Überweisung", "Transferencia", "Virement"),
    "tender_customer_account": ("Customer account", "Kundenkonto", "Cuenta de cliente", "Compte client"),
    "tender_deposit": ("Deposit", "Anzahlung", "Depósito", "Acompte"),
    "gift_card_later": (
        "The gift card can be used as soon as this till is connected again.",
        "Die Geschenkkarte gilt, sobald diese Kasse wieder verbunden ist.",
        "La tarjeta regalo se podrá usar en cuanto esta caja vuelva a tener conexión.",
        "La carte cadeau sera utilisable dès que cette caisse sera de nouveau connectée.",
    ),
    "cash_rounding": ("Cash rounding", "Rundung", "Redondeo", "Arrondi"),
    "change": ("Change", "Rückgeld", "Cambio", "Monnaie rendue"),
    "saved": ("You saved {amount}", "Sie sparen {amount}", "Usted ahorra {amount}", "Vous économisez {amount}"),
    "promo_codes": (
        "Promo codes: {codes}",
        "Aktionscodes: {codes}",
        "Códigos promocionales: {codes}",
        "Codes promo : {codes}",
    ),
    "rewards": ("REWARDS", "BONUSPUNKTE", "PUNTOS", "FIDÉLITÉ"),
    "member": ("Member {member}", "Mitglied {member}", "Socio {member}", "Membre {member}"),
    "points_used_discount": (
        "Points used (discount)",
        "Eingelöste Punkte (Rabatt)",
        "Puntos usados (descuento)",
        "Points utilisés (remise)",
    ),
    "points_used_payment": (
        "Points used (payment)",
        "Eingelöste Punkte (Zahlung)",
        "Puntos usados (pago)",
        "Points utilisés (paiement)",
    ),
    "points_earned": ("Points earned", "Gesammelte Punkte", "Puntos ganados", "Points gagnés"),
    "points_estimate": (
        "Points earned (estimate)",
        "Gesammelte Punkte (vorläufig)",
        "Puntos ganados (estimación)",
        "Points gagnés (estimation)",
    ),
    "base_points": ("Base points", "Basispunkte", "Puntos base", "Points de base"),
    "shipped_later": (
        "Of these pending until shipped",
        "Davon erst nach Versand",
        "De ellos, pendientes de envío",
        "Dont en attente d'expédition",
    ),
    "pending": ("Pending before this sale", "Noch ausstehend", "Pendientes", "En attente"),
    "balance_after": (
        "Balance after this sale",
        "Punktestand nach dem Kauf",
        "Saldo tras esta compra",
        "Solde après cet achat",
    ),
    "balance_on": ("Balance on {when}", "Punktestand {when}", "Saldo el {when}", "Solde au {when}"),
    "next_expiry": (
        "{points} points expire on {day}",
        "{points} Punkte verfallen am {day}",
        "{points} puntos caducan el {day}",
        "{points} points expirent le {day}",
    ),
    "offers": ("Offers applied", "Angewandte Aktionen", "Ofertas aplicadas", "Offres appliquées"),
    "points_pending": (
        "Points are pending until this sale reaches the rewards service.",
        "Die Punkte stehen aus, bis dieser Kauf im Bonusprogramm eingegangen ist.",
        "Los puntos quedan pendientes hasta que esta compra llegue al programa.",
        "Les points sont en attente jusqu'à réception de cet achat par le programme.",
    ),
    "points_offline": (
        "Points used offline. The balance follows when this sale reaches the rewards service.",
        "Punkte ohne Verbindung eingelöst. Der Punktestand folgt, sobald dieser Kauf eingegangen ist.",
        "Puntos usados sin conexión. El saldo se actualizará cuando esta compra llegue al programa.",
        "Points utilisés hors ligne. Le solde suivra à réception de cet achat par le programme.",
    ),
    "check": ("Check {code}", "Prüfcode {code}", "Verificación {code}", "Vérification {code}"),
    "gift_receipt": ("GIFT RECEIPT", "GESCHENKBELEG", "TICKET REGALO", "TICKET CADEAU"),
    "gift_terms": (
        "This receipt shows no prices. With it the gift can be returned for store credit.",
        "Dieser Beleg nennt keine Preise. Mit ihm wird das Geschenk gegen Guthaben zurückgenommen.",
        "Este ticket no muestra precios. Permite devolver el regalo a cambio de un vale.",
        "Ce ticket n'indique aucun prix. Il permet de rendre le cadeau contre un avoir.",
    ),
    "copy": ("*** COPY {number} ***", "*** KOPIE {number} ***", "*** COPIA {number} ***", "*** COPIE {number} ***"),
    "display_welcome": ("Welcome", "Willkommen", "Bienvenidos", "Bienvenue"),
    "display_hello": ("Hello {name}", "Hallo {name}", "Hola, {name}", "Bonjour {name}"),
    "display_total": ("Total", "Summe", "Total", "Total"),
    "display_due": ("To pay", "Zu zahlen", "A pagar", "À payer"),
    "display_card": (
        "Please use the card terminal",
        "Bitte das Kartenterminal benutzen",
        "Use el terminal de tarjetas, por favor",
        "Veuillez utiliser le terminal de paiement",
    ),
    "display_earn": (
        "This purchase earns {points} points",
        "Dieser Einkauf bringt {points} Punkte",
        "Esta compra suma {points} puntos",
        "Cet achat rapporte {points} points",
    ),
    "display_earned": (
        "{points} points earned",
        "{points} Punkte gesammelt",
        "{points} puntos ganados",
        "{points} points gagnés",
    ),
    "display_balance": ("Balance {points}", "Punktestand {points}", "Saldo {points}", "Solde {points}"),
    "display_thanks": ("Thank you", "Vielen Dank", "Gracias", "Merci"),
    "display_thanks_name": (
        "Thank you, {name}",
        "Vielen Dank, {name}",
        "Gracias, {name}",
        "Merci {name}",
    ),
    "email_subject": (
        "Your receipt {number} from {store}",
        "Ihr Beleg {number} von {store}",
        "Su ticket {number} de {store}",
        "Votre ticket {number} de {store}",
    ),
    **RETURN_MESSAGES,
    **ORDER_MESSAGES,
}


class ReceiptTexts:
    """The messages in one language."""

    def __init__(self, language: str) -> None:
        """Raises ValueError for a language without a table."""
        if language not in LANGUAGES:
            raise ValueError(f"there are no receipt texts in {language!r}; there are {', '.join(LANGUAGES)}")
        column = LANGUAGES.index(language)
        self.language = language
        self._messages = {message_id: texts[column] for message_id, texts in _MESSAGES.items()}

    def __call__(self, message_id: str, **values: str) -> str:
        """The message with its values in their places. Values are put in as they are, braces and all."""
        return self._messages[message_id].format(**values)


@lru_cache(maxsize=len(LANGUAGES))
def receipt_texts(language: str) -> ReceiptTexts:
    """The messages of a language. Raises ValueError when there is no table of it."""
    return ReceiptTexts(language)


def language_of(locale: str) -> str:
    """The language of receipts in a locale: its own where there is a table, else English."""
    language = locale.replace("-", "_").partition("_")[0].lower()
    return language if language in LANGUAGES else "en"
