"""Readers for files of other note programs."""
