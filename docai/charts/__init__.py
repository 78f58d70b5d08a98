"""Charts read from what a page draws: pure functions from shapes and words to axes, series and points."""
