"""What crosses the wire; never a table, never a domain object."""
