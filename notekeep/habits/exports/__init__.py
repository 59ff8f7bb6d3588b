"""Habits in the forms that other programs read; one module a form, each giving text.

Pure, as everything about habits: where the text goes is the business of the command.
"""
