"""What of an evaluation set stands in data that was trained on or shown as examples."""
