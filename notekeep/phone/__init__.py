"""The phone page of `notekeep serve --phone`: its files and its server."""
