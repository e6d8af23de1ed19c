"""What may be shown: everything that people see comes from here."""
