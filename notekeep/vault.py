"""`Vault`: the one object that the verbs, the interface and a Python program call.

It knows which room answers what; how they are opened is in `rooms`, and what they do is theirs.
Each is imported when it is first needed, so that a verb pays only for what it uses.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from notekeep import config
from notekeep.services.habits import HabitService
from notekeep.services.media import MediaService
from notekeep.services.notes import NoteService
from notekeep.services.publishing import PublishingService

if TYPE_CHECKING:
    from notekeep.config import Places
    from notekeep.services.overview import Overview


class Vault(NoteService, HabitService, PublishingService, MediaService):
    """A folder of notes, and what can be asked of it."""

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, *, places: Places | None = None
    ) -> Self:
        """Open a vault; nothing in it is read yet, and reading it never writes to it.

        Args:
            path: Its folder or its name in the settings; None finds the one that is meant here.
            places: Where settings, cache and state are; None asks the machine.

        Raises:
            NotFound: There is no such vault.
        """
        places = places or config.Places.for_machine()
        person = config.person_settings(places)
        given = None if path is None else os.fspath(path)
        root = config.find_vault(given, os.environ, os.getcwd(), person)
        return cls(config.vault_places(root, places), person)

    def overview(self) -> Overview:
        """What today is about: habits due, books in progress, drafts, what is broken."""
        from notekeep.services.overview import overview

        return overview(self)
