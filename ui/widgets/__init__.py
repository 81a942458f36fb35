"""Painted components: a change of state is a repaint, never a re-polish of a style sheet."""
