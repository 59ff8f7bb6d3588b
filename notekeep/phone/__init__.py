"""The page for a phone, `notekeep serve --phone`: its files and its server."""
