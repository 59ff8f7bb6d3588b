"""A note as text. Pure: no disk, no clock."""
