"""Receipts after the sale, on the screen."""
