"""What each generator needs the Markdown of a post to be."""
