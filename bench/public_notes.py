"""The public collections of notes for graded questions, each at a fixed commit.

Their texts are not part of this repository: git clones a missing collection.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Collection(NamedTuple):
    """A folder of Markdown files in a public repository.

    Attributes:
        name: The name of the collection.
        repository: The owner and name on GitHub.
        commit: The commit to read.
        folder: The root of the notes in the repository, or "".
        parts: The folders to read below `folder`; empty for all.
        language: The `language` setting of the vault.
        licence: The licence of the texts.
    """

    name: str
    repository: str
    commit: str
    folder: str
    parts: tuple[str, ...]
    language: str
    licence: str


COLLECTIONS = (
    Collection(
        "til",
        "jbranchaud/til",
        "453e9edbdf2be4165b65cbcce7342ac7bb9c4859",
        "",
        (),
        "en",
        "MIT",
    ),
    Collection(
        "node-blog",
        "nodejs/nodejs.org",
        "6f94c8a6ab643beeee7038eba3fb521207d4b345",
        "apps/site/pages/en/blog",
        (
            *("announcements", "community", "events", "npm", "uncategorized", "vulnerability"),
            *("weekly", "release/v12.*", "release/v20.*"),
        ),
        "en",
        "MIT",
    ),
    Collection(
        "mdn-de",
        "mdn/translated-content-de",
        "a18c64fff082e331f7eaf4472cd85deb0b48aebe",
        "files/de",
        (
            "games",
            "learn_web_development",
            "web/accessibility/guides",
            "web/performance",
            "web/privacy",
            "web/progressive_web_apps",
            "web/security",
        ),
        "de",
        "CC-BY-SA-2.5",
    ),
    Collection(
        "rust-fr",
        "Jimskapt/rust-book-fr",
        "7e03466026bfe4afa9ac230009b6ea737e69a140",
        "FRENCH/src",
        (),
        "fr",
        "MIT or Apache-2.0",
    ),
    Collection(
        "rust-ja",
        "rust-lang-ja/book-ja",
        "822ffbb7b5ecf28ff5393e4057c8b9189a5d3fe1",
        "src",
        (),
        "en",  # notekeep has no word list for Japanese
        "MIT or Apache-2.0",
    ),
)


def write(collection: Collection, clones: Path, root: Path) -> None:
    """Write the notes of a collection as a vault.

    Args:
        collection: The collection.
        clones: The folder of git clones, named like their collections. Missing commits are fetched
            from GitHub.
        root: The vault. It must not exist.

    Raises:
        RuntimeError: git could not fetch or read the commit; the message includes git's.
    """
    clone = clones / collection.name
    if not clone.exists():
        _git("init", "--quiet", "--bare", str(clone))
    try:
        _git("-C", str(clone), "cat-file", "-e", collection.commit)
    except RuntimeError:
        address = f"https://github.com/{collection.repository}"
        _git("-C", str(clone), "fetch", "--quiet", "--depth", "1", address, collection.commit)
    tree = f"{collection.commit}:{collection.folder}"
    packed = _git("-C", str(clone), "archive", "--format=tar", tree, *collection.parts)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        notes = [entry for entry in archive if entry.isfile() and _is_note(entry.name)]
        archive.extractall(root, notes, filter="data")
    settings = root / ".notekeep" / "config.toml"
    settings.parent.mkdir()
    settings.write_text(f'language = "{collection.language}"\n', "utf-8")


def _is_note(path: str) -> bool:
    return path.endswith(".md") and path != "README.md"  # it lists all titles


def _git(*words: str) -> bytes:
    process = subprocess.run(["git", *words], capture_output=True, check=False)
    if process.returncode:
        raise RuntimeError(f"git {' '.join(words[:4])} failed: {process.stderr.decode()[-500:]}")
    return process.stdout
