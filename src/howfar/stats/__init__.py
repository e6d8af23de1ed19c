"""Statistics over plain arrays: no tables, no files, no clock, no global randomness."""
