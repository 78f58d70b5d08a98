"""What people look at and say: flags, corrections, and how the results of a page differ."""
