"""`habit prompt` without any option: the line about today, without click and, mostly, one read.

Whoever shows it at every prompt reads the file itself; this is for everything that wants a command.
"""

from __future__ import annotations

import os


def shown() -> bool:
    """Write the line when the file has today's.

    Returns:
        False when habits have to be looked at, or something is wrong that the command itself
        should say; nothing is written then.
    """
    from notekeep import config, vaults
    from notekeep.cli import output
    from notekeep.dates import habit_day
    from notekeep.errors import NotekeepError
    from notekeep.index.habit_line import line_path, read_line

    try:
        places = config.Places.of_machine()
        person = config.person_settings(places)
        root = config.find_vault(None, os.environ, os.getcwd(), person)
        identity = vaults.vault_id(root, places.state)
        line = read_line(line_path(os.path.join(places.cache, identity)))
        if line is None or habit_day(config.now(), line.day_start) != line.day:
            return False
    except (NotekeepError, OSError):
        return False
    if line.text:
        output.write(line.text)
    return True
