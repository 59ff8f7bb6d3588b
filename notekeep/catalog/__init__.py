"""SQLite: what the files hold, as rows. A cache; the files are the truth."""
