"""The command line `docai`: a shell around the same system that the REST service shows."""
