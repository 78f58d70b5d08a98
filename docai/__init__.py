"""docai: documents in, evidence out."""
