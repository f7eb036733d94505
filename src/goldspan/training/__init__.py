"""Training recipes and their mathematics."""
