"""Draws notes as formatted text, without Textual."""
