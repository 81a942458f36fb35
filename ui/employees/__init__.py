"""The room where the people of a till are managed."""
