"""Whatever is done to notes and posts, in any order: nothing private is out, no link of what is
published leads to nothing, and nothing a person wrote in the site is lost.

`NOTEKEEP_LIVES` says how many lives are led; `make lives` leads 200.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from notekeep.errors import NotekeepError, NotFound
from notekeep.export.source import Options
from notekeep.storage.history import History
from tests.support.blog import Blog
from tests.support.sites import INDIA, NOW, make_hugo_site

pytestmark = pytest.mark.slow

LIVES = int(os.environ.get("NOTEKEEP_LIVES", "12"))
NAMES = ("Ash", "Birch", "Cedar", "Elm")
CANARY = "CANARY"
SECRET = f"%% private %%\nwhat {CANARY} hides\n%% /private %%"
LINK = re.compile(r'relref "/posts/([\w-]+)[#"]')
SAYS = {
    "draft": "",
    "post": "draft: false\n",
    "public": "publish: true\ndraft: false\n",
    "withheld": "publish: 'false'\n",
    "private": "private: true\n",
}


class Life(RuleBasedStateMachine):
    """A vault of a few notes, a site, and what a person does with both."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="notekeep-life-"))
        (self.folder / "vault").mkdir()
        site = make_hugo_site(self.folder / "blog")
        self.history = History(self.folder / "state")
        options = Options(zone=INDIA, now=NOW)
        self.desk = Blog(self.folder / "vault", site, self.history, options)
        self.files = {name: f"{name}.md" for name in NAMES}
        self.count = 0
        self.written: list[str] = []
        for name in NAMES:
            self.write(name, "draft", NAMES[0], secret=True)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @property
    def posts(self) -> list[Path]:
        return sorted((self.desk.site / "content").rglob("index.md"))

    # What is done to notes.

    @rule(
        name=st.sampled_from(NAMES),
        says=st.sampled_from(sorted(SAYS)),
        link=st.sampled_from(NAMES),
        secret=st.booleans(),
    )
    def write(self, name: str, says: str, link: str, *, secret: bool) -> None:
        self.count += 1
        body = [f"# {name}", f"words {self.count}", f"see [[{link}]]", "one", "two", "three"]
        body += [SECRET] if secret else []
        head = f"---\ntitle: {name}\ndate: 2026-03-04\n{SAYS[says]}---\n"
        if says == "private":
            body.append(f"{CANARY} alone in a private note")
        self.desk.put(self.files[name], head + "\n\n".join(body) + "\n")

    @rule(name=st.sampled_from(NAMES))
    def rename(self, name: str) -> None:
        self.count += 1
        other = f"{name} {self.count}.md"
        with self.history.step("rename", name, root=self.desk.root) as step:
            step.move(self.files[name], other)
        self.files[name] = other

    @rule(name=st.sampled_from(NAMES), slug=st.sampled_from(["", "own-slug", "other-slug"]))
    def choose_slug(self, name: str, slug: str) -> None:
        path = self.desk.root / self.files[name]
        text = re.sub(r"^slug: .*\n", "", path.read_text(), flags=re.MULTILINE)
        path.write_text(text.replace("---\n", f"---\nslug: {slug}\n" if slug else "---\n", 1))

    # What is done in the site.

    @precondition(lambda self: bool(self.posts))
    @rule(data=st.data(), after=st.sampled_from(["one", "two", "three"]))
    def edit_by_hand(self, data: st.DataObject, after: str) -> None:
        self.count += 1
        post = data.draw(st.sampled_from(self.posts))
        line = f"by hand {self.count}."
        post.write_text(post.read_text().replace(f"\n{after}\n", f"\n{after}\n\n{line}\n", 1))
        if line in post.read_text():
            self.written.append(line)

    # What notekeep does.

    @rule(
        names=st.sets(st.sampled_from(NAMES), min_size=1),
        answer=st.sampled_from(["", "keep", "merge", "overwrite"]),
        prune=st.booleans(),
    )
    def export(self, names: set[str], answer: str, *, prune: bool) -> None:
        paths = [self.files[name] for name in names]
        with suppress(NotekeepError):
            self.desk.export(*paths, prune=prune, by_hand=answer)

    @rule()
    def export_all_that_may_be(self) -> None:
        """Export everything; where nothing was changed by hand, a second time writes nothing."""
        paths = list(self.files.values())
        plan = self.desk.export(*paths, prune=True, by_hand="merge")
        again = self.desk.plan(*paths, by_hand="merge")
        assert again.is_empty, [(file.path, file.status) for file in again.files]
        held = {file.path for file in plan.files if file.status in {"conflict", "orphan"}}
        self.no_link_is_dead(but=held)

    @rule()
    def undo(self) -> None:
        with suppress(NotFound, NotekeepError):
            self.history.undo(self.desk.root)
        for name in NAMES:
            found = [path.name for path in self.desk.root.glob(f"{name}*.md")]
            self.files[name] = found[0]

    # What holds.

    def no_link_is_dead(self, but: set[str]) -> None:
        published = {
            post.parent.name: post for post in self.posts if "draft: false" in post.read_text()
        }
        for post in published.values():
            path = post.relative_to(self.desk.site).as_posix()
            for slug in LINK.findall(post.read_text()) if path not in but else ():
                assert slug in published, f"{path} links to {slug}"

    @invariant()
    def nothing_private_is_out(self) -> None:
        for file in self.desk.site.rglob("*"):
            if file.is_file():
                assert CANARY.encode() not in file.read_bytes(), file

    @invariant()
    def nothing_written_by_hand_is_lost(self) -> None:
        there = b"".join(post.read_bytes() for post in self.posts)
        lost = [line for line in self.written if line.encode() not in there]
        if lost:
            digests = {
                digest
                for record in self.history.records()
                for change in record.changes
                for digest in (change.before, change.after)
                if digest
            }
            held = {digest for digest in digests if self.history.blobs.has(digest)}
            kept = b"".join(self.history.blobs.read(digest) for digest in sorted(held))
            assert [line for line in lost if line.encode() not in kept] == []


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=LIVES,
    stateful_step_count=20,
    deadline=None,
    # The same lives at each check; `make lives` leads others.
    derandomize="NOTEKEEP_LIVES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
