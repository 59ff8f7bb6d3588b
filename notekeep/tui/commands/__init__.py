"""Every action of the interface, as data. No Textual in here."""
