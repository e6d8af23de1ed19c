"""Does the program find what was planted: many simulated studies, each figure against its truth."""
