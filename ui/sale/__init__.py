"""The checkout screen."""
