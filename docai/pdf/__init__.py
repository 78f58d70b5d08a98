"""The only code that touches PyMuPDF; all of it but the sandbox runs in a process that can be killed."""
