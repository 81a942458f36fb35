"""How the terminal looks: tokens, fonts, icons and the few painting helpers every component shares."""
