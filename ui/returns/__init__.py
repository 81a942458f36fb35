"""Goods that come back: the screens."""
