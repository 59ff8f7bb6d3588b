"""Files: read, written, watched and brought back, with a history."""
