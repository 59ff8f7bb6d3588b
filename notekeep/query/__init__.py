"""The query language: text to a tree."""
