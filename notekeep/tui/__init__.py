"""The Textual interface, and the only room that imports Textual."""
