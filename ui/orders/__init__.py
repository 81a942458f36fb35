"""Orders that leave later, selling without tax, and services added to a line."""
