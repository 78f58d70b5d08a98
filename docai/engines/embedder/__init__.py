"""Page and question to vectors."""
