"""Habits of other programs."""
