"""Widgets: they show, and post messages."""
