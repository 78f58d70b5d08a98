"""Child processes that are started in order, kept running, and stopped in order."""
