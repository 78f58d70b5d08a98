"""Arithmetic of page images: resolutions, patches and image tokens; no I/O."""
