"""All actions of the app, as data. Nothing here imports Textual."""
