"""Arithmetic of page images: resolutions and, later, patches; no I/O."""
