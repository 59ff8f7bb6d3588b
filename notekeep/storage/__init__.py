"""Read, write, watch and restore files, with a history."""
