"""Pure rules of the shop: money, baskets, tax, tenders and points. Standard library only."""
