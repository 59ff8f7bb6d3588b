"""The query language: parses text into a tree."""
