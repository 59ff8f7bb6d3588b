"""The reliability scorecard: one module a row, each a question a broken notekeep answers wrong.

A row makes its own vaults in a folder it is given and counts what was lost, damaged and refused.
`make check` runs every row small, `make reliability` large; `tests/reliability` also shows for each
row that it fails where the protection it asks about is taken away.
"""
