"""Whoosh's file format as the bulk writer writes it; `postings` reads it and describes it."""
