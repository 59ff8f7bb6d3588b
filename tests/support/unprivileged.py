"""Running as somebody who may not do everything, also where the tests run as root."""

from __future__ import annotations

import os

from tests.support.programs import needed

ROOT_CAPABILITIES = "-dac_override,-dac_read_search,-fowner"
"""What lets root read and write whatever its permissions say."""


def ordinary() -> list[str]:
    """Give the words before a command that has to heed permissions."""
    if os.geteuid() != 0:
        return []
    return [needed("setpriv"), f"--bounding-set={ROOT_CAPABILITIES}", "--inh-caps=-all"]
