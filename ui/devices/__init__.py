"""A window on the devices of a demonstration till."""
