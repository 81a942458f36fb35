"""The fleet: how each till is doing, and what is asked of it."""
