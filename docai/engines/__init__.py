"""Models behind the protocols: one folder per role, one file per implementation."""
