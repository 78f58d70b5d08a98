"""Classic document models: image to JSON, or words and boxes to the span that answers."""
