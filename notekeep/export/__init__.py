"""Drafts that leave the vault: chosen, written for a site, checked."""
