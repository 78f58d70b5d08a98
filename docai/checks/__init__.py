"""What a reading must satisfy by itself and against the page, and what a person should look at."""
