"""Promo codes and what promotions save, at the window."""
