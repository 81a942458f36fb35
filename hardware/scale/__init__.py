"""Scales that answer over a serial line."""
