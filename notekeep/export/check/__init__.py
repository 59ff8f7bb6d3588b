"""Build a site and compare its pages with the notes."""
