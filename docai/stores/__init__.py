"""Where things rest between steps."""
