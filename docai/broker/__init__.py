"""What wakes workers: the broker that carries doorbells, and a broker of our own."""
