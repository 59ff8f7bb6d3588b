"""What is derived from the files and can be deleted: catalog (SQLite) and words (Whoosh)."""
