"""The write path, one file per step; a step turns domain objects into domain objects."""
