"""`doctor`: what was looked at, and what is wrong."""

from __future__ import annotations

import click

from notekeep.cli import output
from notekeep.cli.context import json_option, open_vault, verb_options


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
        for finding in layer.findings:
            place = finding.place
            output.write(f"  {place}: {finding.message}" if place else f"  {finding.message}")
            if finding.hint:
                output.write(f"    {finding.hint}")
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
