"""The language server: notes in any editor that supports the Language Server Protocol."""
