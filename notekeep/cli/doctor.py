"""`doctor`: what was looked at, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.context import json_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.markdown.problem import Problem

SHOWN = 3
"""Of a finding in many places so many are named; `--json` lists all."""


@click.command(short_help="Look the vault and its index over.")
@json_option
@verb_options
def doctor(*, as_json: bool, vault: str | None) -> int:
    """Look over files, front matter, links, habits and the index, layer by layer.

    Nothing is repaired by itself: each finding says what would.
    """
    from notekeep.doctor import examine
    from notekeep.overview import problem_object

    opened = open_vault(vault)
    layers = []
    for layer in examine(opened):
        layers.append(layer)
        if as_json:
            continue
        count = len(layer.findings)
        verdict = "well" if not count else f"{count} finding{'s' * (count > 1)}"
        output.write_styled(
            [
                (f"{layer.name:<10}", "bold"),
                (f"{verdict:<13}", "yellow" if count else "green"),
                (layer.checked, "dim"),
            ]
        )
        _write_findings(layer.findings)
    opened.tidy()
    if as_json:
        output.write_json(
            {
                "layers": [
                    {
                        "name": layer.name,
                        "checked": layer.checked,
                        "findings": [problem_object(finding) for finding in layer.findings],
                    }
                    for layer in layers
                ]
            }
        )
    return 0


def _write_findings(findings: list[Problem]) -> None:
    """Write findings: those that say the same together, and each hint once."""
    same: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        same.setdefault((finding.hint, finding.message), []).append(finding.place)
    for hint in dict.fromkeys(hint for hint, _ in same):
        for (of, message), places in same.items():
            if of == hint:
                _write_places(message, [place for place in places if place])
        if hint:
            output.write(f"    {hint}")


def _write_places(message: str, places: list[str]) -> None:
    if len(places) < 2:
        output.write("  " + ": ".join([*places, message]))
        return
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    output.write(f"  {message} ({len(places)} times)")
    output.write(f"    {', '.join(places[:SHOWN])}{more}")
