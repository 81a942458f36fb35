"""`bench`: the performance scoreboard. What it measures and how lives in the `bench` package beside the program."""

from bench.__main__ import add_arguments, main

__all__ = ["add_arguments", "main"]
