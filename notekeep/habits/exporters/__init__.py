"""Habits for other programs."""
