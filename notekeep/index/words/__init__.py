"""Full text with Whoosh, and the only room that imports it.

`Words` is the whole surface; importing it does not import Whoosh.
"""

from notekeep.index.words.document import WordDoc
from notekeep.index.words.folder import Busy, Unusable
from notekeep.index.words.store import Words

__all__ = ["Busy", "Unusable", "WordDoc", "Words"]
