"""In-store point-of-sale terminal with a rewards programme."""
