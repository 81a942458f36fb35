"""Taking money: the entry panel with its keypad, and the card payment."""
