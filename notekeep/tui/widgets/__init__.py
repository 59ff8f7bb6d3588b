"""Widgets, which display data and post messages."""
