"""Screens: each decides what its widgets show."""
