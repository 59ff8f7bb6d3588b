"""Passages for review, the log of answers to them, and when each is due."""
