"""The till's day: opening, counting, closing, and its reports."""
