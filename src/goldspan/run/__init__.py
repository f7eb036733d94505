"""A training run's folder: its spec, events and report."""
