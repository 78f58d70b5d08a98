"""The REST service; loads no model and opens no PDF."""
