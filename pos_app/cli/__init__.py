"""Commands of the one entry, python3 -m pos_app COMMAND."""
