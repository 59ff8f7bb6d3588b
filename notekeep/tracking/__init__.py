"""The habit log in the catalog; check-ins and their undo."""
