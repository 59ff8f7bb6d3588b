"""Site generators: a module for each."""
