"""Private text stays in the vault: a table of attempts to get it out, over six targets.

Each attempt has a secret word of its own, looked for in every byte of every exported file.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import pytest

from notekeep.vault import Vault
from tests.support.leaks import ABOUT_PRIVACY, ATTEMPTS
from tests.support.sites import make_hugo_site
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notekeep.errors import Refused
    from tests.support.leaks import Attempt

TARGETS = ("hugo", "html", "nikola", "portable", "ghost", "wordpress")
_DATA = re.compile(rb"base64,([A-Za-z0-9+/=]+)")


class Exported(NamedTuple):
    """What came of all notes in one target.

    Attributes:
        words: The secrets and public words of attempts that are in the files, with a file each.
        refused: Why notes were refused, by path.
    """

    words: dict[str, str]
    refused: dict[str, Refused]


def write_attempt(root: Path, number: int, attempt: Attempt) -> str:
    """Write the notes of an attempt; return the path of the one that is exported."""
    secret = f"zebrafish{number:03}"

    def fill(text: str) -> str:
        return text.replace("§", secret).replace("№", f"{number:03}")

    text = attempt.text
    if text and not attempt.whole:
        text = f"---\ntitle: Case №\npublish: true\n---\n\nopenwater№\n\n{text}"
    for path, content in {**attempt.files, **({attempt.path: text} if text else {})}.items():
        place = root / fill(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else fill(content).encode())
    if attempt.build is not None:
        attempt.build(root, number, secret)
    return fill(attempt.path)


def readings(data: bytes) -> Iterator[str]:
    """Return what a file says, in each way that a reader may take it."""
    for part in (data, *(base64.b64decode(found + b"==") for found in _DATA.findall(data))):
        text = part.decode("utf-8", "replace")
        yield from (text, unquote(text), html.unescape(text), part.decode("utf-16-le", "replace"))


def words_in(data: bytes) -> set[str]:
    """Return the secrets and public words in a file, also with marks between their letters."""
    found: set[str] = set()
    for text in readings(data):
        letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())
        found.update(re.findall(r"(?:zebrafish|openwater)\d{3}", letters))
    return found


def export(root: Path, site: Path, target: str, paths: list[str], *, named: bool) -> Exported:
    """Export notes, and look at every file that was written."""
    if target == "hugo":
        make_hugo_site(site)
    elif target == "nikola":
        site.mkdir()
        (site / "conf.py").write_text('POSTS = (("posts/*.md", "posts", "post.tmpl"),)\n')
    else:
        site.mkdir()
    vault = Vault.open(root)
    vault.indexing.refresh()
    options = vault.publishing.export_options(named=named)
    plan = vault.publishing.plan_export(paths, target=target, site=str(site), options=options)
    vault.publishing.export(plan)
    words = {
        word: str(file.relative_to(site))
        for file in site.rglob("*")
        if file.is_file()
        for word in words_in(file.read_bytes()) | words_in(str(file.relative_to(site)).encode())
    }
    return Exported(words, plan.refused)


@cases("chosen", ["by publish: true", "by name"], fast=1)
@cases("target", TARGETS, fast=2)
def test_no_attempt_gets_a_secret_out(tmp_path: Path, target: str, chosen: str) -> None:
    root = tmp_path / "notes"
    root.mkdir()
    paths = [write_attempt(root, number, attempt) for number, attempt in enumerate(ATTEMPTS)]
    exported = export(root, tmp_path / "site", target, paths, named=chosen == "by name")
    wrong = []
    for number, (attempt, path) in enumerate(zip(ATTEMPTS, paths, strict=True)):
        if file := exported.words.get(f"zebrafish{number:03}"):
            wrong.append(f"{attempt.name}: the secret is in {file}")
        if attempt.outcome == "refused" and path not in exported.refused:
            wrong.append(f"{attempt.name}: not refused")
        if attempt.outcome == "hidden" and path in exported.refused:
            wrong.append(f"{attempt.name}: refused, {exported.refused[path]}")
        if attempt.outcome == "hidden" and f"openwater{number:03}" not in exported.words:
            wrong.append(f"{attempt.name}: the public words are gone")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("target", TARGETS)
def test_notes_about_privacy_are_exported(tmp_path: Path, target: str) -> None:
    root = tmp_path / "notes"
    (root / "private").mkdir(parents=True)
    for name in ("notes", "Ledgers"):
        (root / "private" / f"{name}.md").write_text("What nobody else is to read of it.\n")
    for title, text in ABOUT_PRIVACY.items():
        head = f"---\ntitle: {title}\npublish: true\n---\n\n"
        (root / f"{title}.md").write_text(f"{head}{text}\n")
    paths = [f"{title}.md" for title in ABOUT_PRIVACY]
    exported = export(root, tmp_path / "site", target, paths, named=False)
    assert {path: str(error) for path, error in exported.refused.items()} == {}


def test_the_table_is_as_long_as_promised() -> None:
    assert len(ATTEMPTS) >= 240
    assert len({attempt.name for attempt in ATTEMPTS}) == len(ATTEMPTS)
    assert len(ABOUT_PRIVACY) == 40
