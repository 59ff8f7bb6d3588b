"""The targets: one file a site generator."""
