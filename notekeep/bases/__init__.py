"""Obsidian Bases, as pure functions: parse a definition and evaluate it for notes."""
