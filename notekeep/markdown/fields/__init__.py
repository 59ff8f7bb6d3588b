"""Front matter and its fields: reading, checking and editing."""
