"""Files in and out: SQuAD JSON, JSON lines, CSV."""
