"""A tenant's jobs: how they begin, what may be done with them, how far they are, how many there may be."""
