"""Copies of the data at the window: listed, made, checked and restored."""
