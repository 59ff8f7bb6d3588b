"""The habit log as rows, check-ins, and their undo."""
