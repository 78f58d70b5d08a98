"""What was read, with the page's words that say it: whether they agree, and what is left out; pure."""
