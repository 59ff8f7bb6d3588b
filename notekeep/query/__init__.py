"""The one query language. Pure: text in, a tree out."""
