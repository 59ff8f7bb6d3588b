"""Rows, lists and small views as styled text. No Textual in here."""
