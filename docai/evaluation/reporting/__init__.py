"""What came of runs, for people and programs: reports, comparisons of two runs, score against visual tokens."""
