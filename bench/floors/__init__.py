"""The least each kind of work costs here, with nothing of the program in it."""
