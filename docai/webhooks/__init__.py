"""Telling customers' servers what happened: signed, guarded, until it arrives."""
