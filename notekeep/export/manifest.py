"""The manifest: a record of the files that notekeep wrote into a site, to protect edits there.

`.notekeep-export.json` is in the site and may be published with it. So it lists only exported
notes, and contains neither their paths nor the name of the vault (see `VaultKey`). Keys are sorted
and on separate lines, so that version control can merge it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from notekeep.errors import Failure, NotekeepError, Refused
from notekeep.markdown.text_merge import normalize_line_ends
from notekeep.storage.file_names import name_key, split_path
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.history import History
from notekeep.storage.operation_log import ChangeRecord, StepRecord, make_step_id

if TYPE_CHECKING:
    from notekeep.export.source import NoteFinder  # too slow for `export --help`

MANIFEST_NAME = ".notekeep-export.json"
FORMAT = 2
_FORMER_FORMAT = 1
"""Contains plain names of vault folders and paths of notes."""


class VaultKey:
    """Identifies a vault and its notes in a manifest by digests that only the vault can compute.

    They are keyed with the vault's id, which is in the vault and never in a site. So the site
    reveals no paths, and a guess such as `journal/2026.md` cannot be confirmed. A vault recognizes
    its own posts, even if its folder is renamed or on another machine.

    The first format contained plain paths. They are read as digests keyed with the name of the
    vault's folder. The next export writes digests keyed with the vault's id.
    """

    def __init__(self, identity: str, folder: str) -> None:
        self.folder = folder
        self._key = blake2b(identity.encode("utf-8", "surrogateescape")).digest()
        self.vault = self.note("")

    @classmethod
    def of_folder(cls, folder: str) -> VaultKey:
        """Return the key for the name of a vault's folder."""
        return cls(f"folder:{folder}", folder)

    @cached_property
    def former(self) -> VaultKey:
        """The key for the first format."""
        return VaultKey.of_folder(self.folder)

    def note(self, path: str) -> str:
        """Return the digest of a note's path."""
        data = path.encode("utf-8", "surrogateescape")
        return blake2b(data, key=self._key, digest_size=16).hexdigest()


@dataclass(slots=True)
class ManifestEntry:
    """One exported post; its slug is its key."""

    digest: str  # of the note's path
    vault: str  # digest of the vault; a site may have posts from several
    date: str
    draft: bool = True
    text: str = ""  # `Draft.digest`
    ids: list[str] = field(default_factory=list)  # of linked headings and blocks
    # digests of the files as exported from the note, by path in the site
    files: dict[str, str] = field(default_factory=dict)
    # digests of the files whose edits on the site are kept
    kept: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)  # slugs of linked posts
    former: list[str] = field(default_factory=list)  # earlier slugs
    moved: str = ""  # the new slug of its note
    published: bool = False  # exported with --publish; the note has no `draft:`
    note: str = ""  # the path of the note in this vault; not in the file

    def name(self, slug: str) -> str:
        """Return the name of the post in messages: its note, or its slug."""
        return f"the post of {self.note}" if self.note else f"the post {slug!r}"

    def moment(self) -> datetime | None:
        """Return the date, or None if it is invalid."""
        try:
            return datetime.fromisoformat(self.date)
        except ValueError:
            return None

    def to_json(self) -> dict[str, Any]:
        """Return the entry as JSON; optional fields without a value are omitted."""
        always = {
            "note": self.digest,
            "vault": self.vault,
            "date": self.date,
            "draft": self.draft,
            "text": self.text,
            "ids": sorted(self.ids),
            "files": dict(sorted(self.files.items())),
        }
        optional = {
            "kept": dict(sorted(self.kept.items())),
            "links": sorted(self.links),
            "former": self.former,
            "moved": self.moved,
            "published": self.published,
        }
        return always | {key: value for key, value in optional.items() if value}

    @classmethod
    def from_json(cls, data: Any) -> ManifestEntry:
        """Return an entry from JSON."""
        return cls(
            str(data["note"]),
            str(data["vault"]),
            str(data["date"]),
            data["draft"] is not False,
            str(data["text"]),
            ids=_texts(data["ids"]),
            files=_digests(data["files"]),
            kept=_digests(data.get("kept", {})),
            links=_texts(data.get("links", ())),
            former=_texts(data.get("former", ())),
            moved=str(data.get("moved", "")),
            published=data.get("published") is True,
        )


def _texts(items: Iterable[object]) -> list[str]:
    return [str(item) for item in items]


def _digests(files: dict[object, object]) -> dict[str, str]:
    return {str(path): str(digest) for path, digest in files.items()}


@dataclass
class Manifest:
    """The exported posts of a site, by slug."""

    posts: dict[str, ManifestEntry] = field(default_factory=dict)

    @classmethod
    def read(cls, site: str) -> Manifest:
        """Read the manifest of a site. If there is none, return an empty manifest."""
        path = os.path.join(site, MANIFEST_NAME)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise Failure(f"{path}: Cannot read the file: {error.strerror}.") from error
        try:
            return cls(_entries(json.loads(data.decode("utf-8"))))
        except json.JSONDecodeError as error:
            raise _damaged(path, str(error.msg), error.lineno) from error
        except _NewerFormat as error:
            raise Refused(f"{path}: {error}", "Update notekeep.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(path, str(error), None) from error

    def locate_notes(self, key: VaultKey, notes: NoteFinder, history: History) -> Manifest:
        """Return the manifest with the paths of one vault's notes.

        A post keeps its slug when its note moves. The history is only read if a note is missing.
        """
        names = key.vault, key.former.vault
        own = {slug: entry for slug, entry in self.posts.items() if entry.vault in names}
        if not own:
            return self
        digests = {entry.digest for entry in own.values()}
        found = {
            digest: path
            for path in notes.paths()
            for digest in (key.note(path), key.former.note(path))
            if digest in digests
        }
        if missing := digests - found.keys():
            moved = _follow_moves(missing, key, history.records())
            existing = notes.known(moved.values()) - {*found.values()}
            found |= {digest: path for digest, path in moved.items() if path in existing}
        posts = dict(self.posts)
        for slug, entry in own.items():
            path = found.get(entry.digest, "")
            digest = key.note(path) if path else entry.digest
            posts[slug] = replace(entry, digest=digest, vault=key.vault, note=path)
        return Manifest(posts)

    def data(self) -> bytes:
        """Return the file's bytes."""
        posts = {slug: self.posts[slug].to_json() for slug in sorted(self.posts)}
        text = json.dumps({"format": FORMAT, "posts": posts}, indent=1, ensure_ascii=False)
        # Bytes of paths that are not UTF-8 become \udcXX escapes, as in JSON.
        return (text + "\n").encode("utf-8", "backslashreplace")

    def of_note(self, path: str) -> tuple[str, ManifestEntry] | None:
        """Return the slug and entry of a note, or None."""
        slug = self._slugs.get(path)
        return None if slug is None else (slug, self.posts[slug])

    @cached_property
    def _slugs(self) -> dict[str, str]:
        posts = reversed(self.posts.items())
        return {entry.note: slug for slug, entry in posts if entry.note and not entry.moved}

    @cached_property
    def names(self) -> dict[str, str]:
        """The slugs by `name_key`, which is equal for names that some file systems confuse."""
        return {name_key(known): known for known in reversed(self.posts)}


def _follow_moves(
    missing: set[str], key: VaultKey, records: Iterable[StepRecord]
) -> dict[str, str]:
    """Return the current paths of moved notes, by the digest of the path in the manifest."""
    digests: dict[str, str] = {}  # by the note's path at this point in the history
    for record in records:
        for change in () if record.root else record.changes:
            if change.kind != "move":
                continue
            known = key.note(change.path), key.former.note(change.path)
            first = next((digest for digest in known if digest in missing), "")
            digest = digests.pop(change.path, "") or first
            if digest:
                digests[change.to] = digest
    return {digest: path for path, digest in digests.items()}


class _NewerFormat(ValueError):
    pass


def _entries(data: Any) -> dict[str, ManifestEntry]:
    """Return the entries of a manifest; ValueError for an invalid path or format."""
    if data["format"] not in (_FORMER_FORMAT, FORMAT):
        raise _NewerFormat(
            f"The manifest has format {data['format']!r}, but this version of notekeep reads"
            f" {FORMAT}."
        )
    entries = {str(slug): ManifestEntry.from_json(post) for slug, post in data["posts"].items()}
    for entry in entries.values():
        for path in entry.files:
            split_path(path)
        if data["format"] == _FORMER_FORMAT:
            key = VaultKey.of_folder(entry.vault)
            entry.digest, entry.vault = key.note(entry.digest), key.vault
    return entries


def _damaged(path: str, what: str, line: int | None) -> Refused:
    where = f", line {line}" if line else ""
    return Refused(
        f"{path}{where}: Cannot read the manifest: {what.removesuffix(' at')}.",
        "If it has merge conflict markers, keep the lines of both sides. Otherwise restore it from"
        " version control.",
        line=line,
    )


def fingerprint(data: bytes) -> str:
    """Return the digest of a file for the manifest. Line endings do not affect it."""
    return hashlib.sha256(normalize_line_ends(data)).hexdigest()


class Bases:
    """The merge bases for edits on a site: the last written texts.

    The manifest contains only their digests. The texts are in the history of the vault on the
    machine that exported them; on other machines, nothing can be merged.
    """

    def __init__(self, history: History, site: str) -> None:
        self._history = history
        self._site = os.path.realpath(site)

    def find(self, path: str, digest: str) -> bytes | None:
        """Return the text last written to `path` whose fingerprint is `digest`, or None."""
        for blob in self._blobs.get(path, ()):
            try:
                data = self._history.blobs.read(blob)
            except NotekeepError:
                continue
            if fingerprint(data) == digest:
                return data
        return None

    def store(self, texts: Iterable[tuple[str, bytes]]) -> None:
        """Store the texts, by path, of files whose edits on the site are kept or merged."""
        with explain_errors(self._history.folder, "added to"):
            changes = tuple(
                ChangeRecord("seen", path, None, self._history.blobs.store(data))
                for path, data in texts
            )
            if changes:
                record = StepRecord(
                    make_step_id(), time.time(), "seen", "", changes, root=self._site
                )
                self._history.log.append(record)

    @cached_property
    def _blobs(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for record in reversed(self._history.records()):
            for change in record.changes if record.root == self._site else ():
                known = found.setdefault(change.path, [])
                known += [blob for blob in (change.after, change.before) if blob]
        return found
