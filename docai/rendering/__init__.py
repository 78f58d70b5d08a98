"""What was read, as text, tables and pictures for people; pure."""
