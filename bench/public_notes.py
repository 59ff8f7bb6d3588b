"""The public collections of notes that graded questions are asked of, each at one commit.

Their texts are not part of this repository. Each is read from a clone in a folder, which is made
there by git when it is missing.
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
        name: What it is called here.
        repository: Owner and name at GitHub.
        commit: The commit that is read.
        folder: The folder in the repository that is the vault, or "".
        parts: The folders below that are read, or none for all.
        language: The language of the vault's settings.
        licence: The licence of its texts.
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
        clones: A folder of git repositories, each with the name of its collection; one that is
            missing is fetched from GitHub.
        root: The vault, which must not be there yet.

    Raises:
        RuntimeError: git could not fetch or read the commit; its message is included.
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
    return path.endswith(".md") and path != "README.md"  # which lists all titles


def _git(*words: str) -> bytes:
    told = subprocess.run(["git", *words], capture_output=True, check=False)
    if told.returncode:
        raise RuntimeError(f"git {' '.join(words[:4])} failed: {told.stderr.decode()[-500:]}")
    return told.stdout
