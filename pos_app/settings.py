"""Settings of this installation: where the data lives, which devices and services it talks to."""
