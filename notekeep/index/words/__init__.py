"""Full text with Whoosh, and the only room that imports it."""
