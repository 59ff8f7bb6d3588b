"""Parses and edits Markdown and front matter, without files or database."""
