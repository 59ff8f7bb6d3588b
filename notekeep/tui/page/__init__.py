"""A note drawn as it reads. No Textual in here."""
