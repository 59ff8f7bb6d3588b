"""The query language. Pure: text to a tree."""
