"""One module per metric; each offers `measure(effort) -> list[Measured]`."""
