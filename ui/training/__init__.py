"""The till for training: its striped bar, the coach and the coach's panel."""
