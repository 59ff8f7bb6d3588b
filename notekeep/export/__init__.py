"""A note into a blog draft that a site generator builds unaided."""
