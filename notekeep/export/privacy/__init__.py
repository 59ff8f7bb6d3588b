"""What an export leaves out: private notes and text, and local addresses."""
