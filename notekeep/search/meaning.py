"""Finds notes near in meaning by the cosine similarity of passage vectors (extra `meaning`).

Two files of the package wordllama are read directly, its matrix of token vectors and its tokenizer;
its code is not run. A passage's vector is the mean of its tokens' vectors. This finds notes that
share no words with the query; the full-text index ranks the other notes better.

numpy and the model are loaded when a vector is needed, so importing this module is cheap.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep.cache_files import load_state, make_cache_folder, store_state, write_cache_file
from notekeep.search.results import FileStart, read_file_start

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from notekeep.catalog.catalog import Catalog

    Vectors: TypeAlias = NDArray[np.float32]
    """A row of unit length for each passage."""

FILE, STATE = "meaning.npz", "meaning.json"
VERSION = 1

LANGUAGE = "en"
"""The vectors are for English; in German and French, full-text search finds more."""

MIN_LIKENESS = 0.15
"""Minimum similarity of a result."""

PIECE_WORDS, SHARED_WORDS = 110, 20
"""Number of words in a passage, and of words that it shares with the next passage."""

NOTES_AT_ONCE = 500
"""Number of notes between writes of the file, so that an interrupted update can continue."""

MAX_SECONDS = 20.0
"""Timeout of a query in its own process, on a busy machine."""

ROWS_AT_ONCE = 8_192
"""Number of vectors to compare at once, which takes 8 MB."""

_PACKAGE = "wordllama"
_MATRIX = ("weights", "l2_supercat_256.safetensors")
_TOKENIZER = ("tokenizers", "l2_supercat_tokenizer_config.json")
_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"\]\([^)\s]*\)|\w+://\S+")


class NearNote(NamedTuple):
    """A note near in meaning; `likeness` is the cosine similarity of its best passage."""

    path: str
    start: int  # of the passage, in words of the body
    likeness: float


def is_installed() -> bool:
    """Whether the extra `meaning` is installed; loads nothing."""
    return all(map(find_spec, (_PACKAGE, "numpy", "safetensors", "tokenizers")))


def passage_offset(text: FileStart, start: int) -> int:
    """Return the offset in the file of the passage that starts at a word of the body."""
    words = _WORD.finditer(text.whole, text.body)
    first = next(islice(words, start, None), None)
    return first.start() if first else text.body


def fuse_ranks(rankings: Iterable[Sequence[str]]) -> list[str]:
    """Return the paths of all rankings by the sum of their reciprocal ranks.

    Cormack, Clarke and Büttcher (SIGIR 2009) add 60 to a rank in lists of a thousand. For lists of
    twenty, 10 separates the first from the last better.
    """
    sums: dict[str, float] = {}
    for ranking in rankings:
        for place, path in enumerate(ranking, 1):
            sums[path] = sums.get(path, 0.0) + 1 / (10 + place)
    return sorted(sums, key=lambda path: -sums[path])


class MeaningIndex:
    """The vectors of a vault's passages, in one file of a cache folder.

    The file is always replaced completely. If two processes update it at once, the last one wins.
    """

    asks_process = False
    """Whether queries run in their own process. This is slower, but vectors take memory, and
    loading them delays other threads."""

    def __init__(self, folder: str, catalog: Catalog, root: str) -> None:
        self._folder, self._catalog, self._root = folder, catalog, root
        self._stored: _PassageVectors | None = None

    def is_outdated(self) -> bool:
        """Whether the catalog has changed since the last update. Reads no vectors."""
        return load_state(self._folder, STATE) != self._state(self._catalog.generation)

    def update(self) -> None:
        """Reindex changed notes, and remove deleted ones."""
        generation, stored = self._catalog.generation, self._load()
        digests = self._catalog.digests(self._catalog.paths(None))
        current = {path for path, digest in stored.digests.items() if digests.get(path) == digest}
        changed = iter([path for path in digests if path not in current])
        if len(current) < len(stored.digests):
            stored = stored.with_only(current)
            self._store(stored)
        while batch := list(islice(changed, NOTES_AT_ONCE)):
            stored = stored.with_only(current).with_notes(self._read(batch), digests)
            current.update(batch)
            self._store(stored)
        if not digests:
            self._store(_PassageVectors.empty())
        store_state(self._folder, STATE, self._state(generation))

    def nearest(self, text: str, limit: int) -> list[NearNote]:
        """Return the notes nearest in meaning to a text, best first; omit dissimilar ones."""
        if self.asks_process:
            return _nearest_in_process(self._folder, text, limit)
        return _nearest(self._load(), text, limit)

    def similar(self, path: str, limit: int) -> list[NearNote]:
        """Return the notes nearest in meaning to a note, best first; [] if it is not indexed."""
        stored = self._load()
        own = stored.rows_of(path)
        if not len(own):
            return []
        found = stored.nearest(own.mean(axis=0), limit + 1)
        return [near for near in found if near.path != path][:limit]

    def _state(self, generation: int) -> dict[str, object]:
        path = os.path.join(self._folder, FILE)
        size = os.path.getsize(path) if os.path.exists(path) else 0
        return {"version": VERSION, "generation": generation, "size": size}

    def _read(self, paths: Iterable[str]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
        rows = self._catalog.rows_of(paths)
        for path in paths:
            text = read_file_start(self._root, path)
            title = rows[path].title if path in rows else ""
            yield path, list(_pieces(title, text)) if text else []

    def _load(self) -> _PassageVectors:
        self._stored = _load(self._folder, self._stored)
        return self._stored

    def _store(self, stored: _PassageVectors) -> None:
        make_cache_folder(self._folder)
        write_cache_file(self._folder, FILE, stored.to_bytes())


def _load(folder: str, stored: _PassageVectors | None = None) -> _PassageVectors:
    """Return the stored vectors; read the file again if another process has replaced it."""
    path = os.path.join(folder, FILE)
    try:
        about = os.stat(path)
        mark = about.st_mtime_ns, about.st_size, about.st_ino
        return stored if stored and stored.mark == mark else _PassageVectors.read(path, mark)
    except (OSError, ValueError, KeyError, EOFError):  # missing or damaged
        return _PassageVectors.empty()


def _nearest(stored: _PassageVectors, text: str, limit: int) -> list[NearNote]:
    if not stored.digests:
        return []
    found = stored.nearest(_model().vectors([text])[0], limit)
    return [near for near in found if near.likeness >= MIN_LIKENESS]


def _nearest_in_process(folder: str, text: str, limit: int) -> list[NearNote]:
    """Run a query with this module as a script; return [] if that fails."""
    import subprocess

    # -P: do not import modules from the current folder, which may be a vault.
    command = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(
            command,
            input=json.dumps([folder, text, limit]).encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [NearNote(*near) for near in json.loads(done.stdout)]


def _pieces(title: str, text: FileStart) -> Iterator[tuple[int, str]]:
    """Yield the passages of a note, with the title before each, and their first word's number."""
    words = _WORD.findall(text.whole[text.body :])
    for start in range(0, max(1, len(words) - SHARED_WORDS), PIECE_WORDS - SHARED_WORDS):
        prose = _ADDRESS.sub(" ", " ".join(words[start : start + PIECE_WORDS]))
        yield start, f"{title}. {prose}"


class _PassageVectors:
    """The content of the file: int8 vectors, with the note and the first word of each."""

    def __init__(
        self,
        digests: Mapping[str, str],
        arrays: Mapping[str, NDArray[Any]],
        mark: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        self.digests, self.mark = dict(digests), mark
        self._arrays = arrays
        self._paths = list(self.digests)

    @classmethod
    def empty(cls) -> _PassageVectors:
        import numpy as np

        return cls(
            {},
            {
                "vectors": np.zeros((0, 0), np.int8),
                "scales": np.zeros(0, np.float32),
                "notes": np.zeros(0, np.int32),
                "starts": np.zeros(0, np.int32),
            },
        )

    @classmethod
    def read(cls, path: str, mark: tuple[int, int, int]) -> _PassageVectors:
        """Read the file; raise ValueError, KeyError, OSError or EOFError if it is damaged."""
        from zipfile import BadZipFile

        import numpy as np

        # np.load leaves a damaged file open.
        with open(path, "rb") as file:
            try:
                found = np.load(file, allow_pickle=False)
                arrays = {name: found[name] for name in ("vectors", "scales", "notes", "starts")}
                about = json.loads(found["about"].tobytes())
            except (BadZipFile, IndexError) as error:
                raise ValueError from error
        if about["version"] != VERSION:
            raise ValueError
        return cls(about["digests"], arrays, mark)

    def to_bytes(self) -> bytes:
        import numpy as np

        about = json.dumps({"version": VERSION, "digests": self.digests}).encode()
        file = io.BytesIO()
        np.savez(
            file,
            about=np.frombuffer(about, np.uint8),
            vectors=self._arrays["vectors"],
            scales=self._arrays["scales"],
            notes=self._arrays["notes"],
            starts=self._arrays["starts"],
        )
        return file.getvalue()

    def with_only(self, paths: set[str]) -> _PassageVectors:
        """Return a copy with only these notes."""
        import numpy as np

        kept = [path for path in self._paths if path in paths]
        numbers = {path: number for number, path in enumerate(kept)}
        renumbered = np.array([numbers.get(path, -1) for path in self._paths], np.int32)
        notes = renumbered[self._arrays["notes"]] if self._paths else self._arrays["notes"]
        rows = notes >= 0
        arrays = {name: array[rows] for name, array in self._arrays.items()}
        arrays["notes"] = notes[rows]
        return _PassageVectors({path: self.digests[path] for path in kept}, arrays)

    def with_notes(
        self, notes: Iterable[tuple[str, list[tuple[int, str]]]], digests: Mapping[str, str]
    ) -> _PassageVectors:
        """Return a copy with more notes, given as path and passages."""
        import numpy as np

        added = list(notes)
        texts = [prose for _, pieces in added for _, prose in pieces]
        vectors = _model().vectors(texts)
        largest = np.maximum(np.abs(vectors).max(axis=1, initial=0), 1e-9)
        first = len(self._paths)
        new: dict[str, NDArray[Any]] = {
            "vectors": np.rint(vectors * (127 / largest)[:, None]).astype(np.int8),
            "scales": (largest / 127).astype(np.float32),
            "notes": np.array(
                [first + n for n, (_, pieces) in enumerate(added) for _ in pieces], np.int32
            ),
            "starts": np.array([start for _, pieces in added for start, _ in pieces], np.int32),
        }
        arrays = {
            name: np.concatenate([self._arrays[name], new[name]]) if self._paths else new[name]
            for name in new
        }
        return _PassageVectors(
            {**self.digests, **{path: digests[path] for path, _ in added}}, arrays
        )

    def rows_of(self, path: str) -> Vectors:
        """Return the vectors of a note; none if it is not indexed."""
        import numpy as np

        number = self._paths.index(path) if path in self.digests else -1
        return self._dequantize(np.flatnonzero(self._arrays["notes"] == number))

    def nearest(self, vector: Vectors, limit: int) -> list[NearNote]:
        """Return the best passage of each of the nearest notes, best first."""
        import numpy as np

        notes, starts = self._arrays["notes"], self._arrays["starts"]
        likeness = np.concatenate(
            [
                self._dequantize(slice(at, at + ROWS_AT_ONCE)) @ vector
                for at in range(0, len(notes), ROWS_AT_ONCE)
            ]
        )
        found: dict[int, NearNote] = {}
        for row in np.argsort(-likeness, kind="stable"):
            note = int(notes[row])
            if note not in found:
                path = self._paths[note]
                found[note] = NearNote(path, int(starts[row]), float(likeness[row]))
            if len(found) == limit:
                break
        return list(found.values())

    def _dequantize(self, rows: slice | NDArray[np.intp]) -> Vectors:
        import numpy as np

        scales = self._arrays["scales"][rows]
        return np.asarray(self._arrays["vectors"][rows] * scales[:, None], np.float32)


@lru_cache(maxsize=1)
def _model() -> _Model:
    return _Model()


class _Model:
    @cached_property
    def _files(self) -> tuple[str, str]:
        package = find_spec(_PACKAGE)
        folder = next(iter(package.submodule_search_locations or ())) if package else ""
        return os.path.join(folder, *_MATRIX), os.path.join(folder, *_TOKENIZER)

    @cached_property
    def _matrix(self) -> NDArray[np.float16]:
        from safetensors.numpy import load_file

        found: dict[str, NDArray[np.float16]] = load_file(self._files[0])
        [matrix] = found.values()
        return matrix

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(self._files[1])
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def vectors(self, texts: list[str]) -> Vectors:
        """Return the vectors of texts; zeros for a text without tokens."""
        import numpy as np

        found = np.zeros((len(texts), self._matrix.shape[1]), np.float32)
        for row, prose in enumerate(self._tokenizer.encode_batch(texts, add_special_tokens=False)):
            if prose.ids:
                mean = self._matrix[prose.ids].mean(axis=0, dtype=np.float32)
                found[row] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return found


if __name__ == "__main__":
    _folder, *_question = json.load(sys.stdin)
    json.dump(_nearest(_load(_folder), *_question), sys.stdout)
