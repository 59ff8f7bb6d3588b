"""Habits of other programs, read and written: a module for each format."""
