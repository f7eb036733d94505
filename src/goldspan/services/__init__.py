"""Use cases: one file each, over the store and the domain."""
