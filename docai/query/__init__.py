"""The read path: question in, cited answer out."""
