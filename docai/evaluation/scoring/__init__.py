"""What a data set's official figures are, from samples and predictions, over the metrics."""
