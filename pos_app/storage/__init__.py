"""The terminal's own encrypted database."""
