"""A store over all its tills: figures for reports, and the close of its day."""
