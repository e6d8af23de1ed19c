"""Rules that keep persons out of tables and reports."""
