"""Promotions as the central service publishes them, and promo codes that are used up."""
