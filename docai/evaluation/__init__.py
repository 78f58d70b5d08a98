"""Measuring docai: the field's data sets and metrics through the very pipeline that runs in production."""
