"""Take addresses of authors out of npm's lock file, which holds names, versions and hashes."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path("requirements/node/package-lock.json")

lock = json.loads(LOCK.read_text())
for package in lock["packages"].values():
    package.pop("funding", None)
LOCK.write_text(json.dumps(lock, indent=1) + "\n")
