"""What we talk about: frozen types, no I/O, no frameworks."""
