"""What models write to what was read: one file per form of output, each of which can also write it."""
