"""Checkpoints: what is common to all models that are loaded from files."""
