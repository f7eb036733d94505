"""State on disk: the store, its tables and migrations, the home and its lock."""
