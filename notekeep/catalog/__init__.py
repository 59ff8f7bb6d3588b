"""SQLite: the content of the files as rows. A cache of the files."""
