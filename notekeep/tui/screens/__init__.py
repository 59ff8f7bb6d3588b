"""Screens, which decide what their widgets show."""
