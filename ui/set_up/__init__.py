"""The manager's room for the store's settings."""
