"""What `Vault` offers, one service for each part of the program."""
