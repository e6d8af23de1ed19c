"""Worlds with planted truth, written as real exports: what the program finds can be compared."""
