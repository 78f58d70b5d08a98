"""How far the evidence may be believed: faults of known kinds put into readings of known truth, and what is flagged."""
