"""Read and change Markdown and front matter. Pure: no files, no database."""
