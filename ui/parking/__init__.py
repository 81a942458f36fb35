"""Parking a sale and recalling it."""
