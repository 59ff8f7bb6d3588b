"""Notes into drafts: planned, then written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep.vault.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export import Exported, Options, Plan


class Publishing(Reading):
    """The drafts."""

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
    ) -> Plan:
        """Plan drafts of notes: which files would be new, changed, unchanged or in conflict.

        Args:
            names: Notes, by name.
            target: The id of a target; empty takes the settings', or asks the site.
            site: Its folder; empty takes the settings', else one of portable drafts.
            options: What the person chose; by default the notes count as named.

        Raises:
            Refused: A note must not leave.
            NotFound: There is no such note, or no site.
        """
        from notekeep.export import plan_export

        target, site = self.site(target, site)
        return plan_export(
            self.source(),
            [self.resolve(name).path for name in names],
            target=target or None,
            site=site or None,
            options=options,
            vault=os.path.basename(self.root),
        )

    def export(self, plan: Plan) -> Exported:
        """Write a plan's drafts, then look through every written byte for what is private.

        Raises:
            Conflict: A file of the site changed since; nothing was written.
            Refused: Something private was about to leave; nothing is left of the export.
        """
        from notekeep.export import write

        return write(plan, self.history)
