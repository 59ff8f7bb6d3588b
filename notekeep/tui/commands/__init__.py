"""All actions of the app, as data. These modules do not import Textual."""
