"""Everything that touches the bytes of a vault."""
