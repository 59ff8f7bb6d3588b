"""Export targets, one module for each site generator."""
