"""Imports from other programs: reads untrusted files and plans notes."""
