"""Draws rows, lists and small views as styled text, without Textual."""
