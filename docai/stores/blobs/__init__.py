"""Originals and page images, by content hash."""
