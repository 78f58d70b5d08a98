"""Pages read again from their stored originals, held against what was saved, and not saved themselves."""
