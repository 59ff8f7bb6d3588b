"""What the interface draws, as text with roles: no Textual, no colours, no disk."""
