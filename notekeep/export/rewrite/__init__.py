"""Rewrites the Markdown of a post for each generator."""
