"""Exports drafts from the vault: selects notes, rewrites them for a site, and checks them."""
