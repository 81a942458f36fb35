"""In-store point-of-sale terminal with a rewards programme."""

__version__ = "0.1.0"
