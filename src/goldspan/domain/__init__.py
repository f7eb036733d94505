"""What the words mean. Standard library only: no I/O, no clock, no torch."""
