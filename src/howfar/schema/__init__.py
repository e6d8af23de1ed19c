"""What exists: the tables and their columns, estimates, and what readers and measures promise."""
