"""What the reader's benchmark puts side by side."""
