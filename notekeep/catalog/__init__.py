"""The content of the files as SQLite rows: a cache."""
