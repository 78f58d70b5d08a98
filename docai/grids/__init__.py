"""Rows and columns of a table from words and rules; pure geometry."""
