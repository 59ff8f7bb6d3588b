"""`python -m notekeep`, and what the commands `notekeep` and `nk` run."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command line and leave with its exit code."""
    from notekeep.cli.main import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
