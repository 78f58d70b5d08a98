"""The page index: every page's vectors, searched by MaxSim."""
