"""Habits as other programs keep them, read into one shape; one module a format.

Everything here is pure: it gets text or rows and gives back a `Source`. Opening files, archives
and databases is the business of `notekeep.writing.importing`, as is what becomes of a source.
"""
