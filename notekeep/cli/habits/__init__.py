"""The commands for habits."""
