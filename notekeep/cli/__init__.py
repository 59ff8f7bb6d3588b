"""The commands; one file a group of verbs, imported when it runs."""
