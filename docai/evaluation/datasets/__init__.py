"""Data sets by name, read from the layouts in which they are published."""
