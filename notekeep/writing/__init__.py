"""Changes to notes: planned whole, shown, then written as one step that `undo` takes back."""
