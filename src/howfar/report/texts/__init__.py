"""The texts of the report, by key."""
