"""The services of `Vault`, one for each part of the program."""
