"""Figures that must not fall: measured on a drawn set, held to kept limits."""
