"""Formats of habit trackers."""
