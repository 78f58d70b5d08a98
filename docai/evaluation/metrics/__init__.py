"""Scores of the field's benchmarks: one metric a file, pure functions, each with the source of its definition."""
