"""The audit finds what is private in the bytes of what leaves, however it came there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export import draft, pipeline
from notekeep.export.audit import Audit, Hit, OutgoingFile, find_leaks
from notekeep.export.batch import Batch, ComposedPost, compose_posts
from notekeep.export.pipeline import write_export
from notekeep.export.privacy.private import PublicBody
from notekeep.export.privacy.private_terms import PrivateTerm, normalize_for_audit, private_parts
from notekeep.export.targets.hugo import Hugo
from tests.support.blog import plan_posts
from tests.support.sites import make_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.export.source import Options, VaultSource
    from notekeep.export.source_map import MappedText
    from notekeep.storage.history import History

    Write = Callable[[dict[str, str]], VaultSource]

NOTES = {
    "a.md": "---\nrating: 4\nmood: melancholic afternoon\nnumber: 20260304\n---\n"
    "Public words about money. %%a comment nobody reads%%\n\n"
    "> [!private] aside\n> what the callout hides\n\n"
    "## Hidden #private\n\nwhat the section hides\n",
    "private/Money and I.md": "---\naliases: [The big book]\n---\n"
    "A line of it that is long enough.\n",
    "Kept back.md": "---\nprivate: true\n---\nx\n",
}


def audit_of(source: VaultSource, *paths: str) -> Audit:
    return Audit(source, plan_posts(source, paths))


@pytest.fixture
def audit(write_vault: Write) -> Audit:
    return audit_of(write_vault(NOTES), "a.md")


@pytest.fixture
def needles(audit: Audit) -> tuple[list[PrivateTerm], str]:
    return audit.private_terms, audit.public_text


@pytest.mark.parametrize(
    "text",
    [
        "Money and I",
        "see MONEY  AND *I*",
        "money-and-i",
        "private/Money%20and%20I",
        "the big book",
        "The&nbsp;big&#32;book",
        r'{"html": "<p>x</p>\nthe big\tbook"}',
        "Kept back",
        "a line of it that is **long** enough",
        "a comment nobody reads",
        "what the callout hides",
        "what the section hides",
        "melancholic afternoon",
    ],
)
def test_private_things_are_found(audit: Audit, text: str) -> None:
    leaving = OutgoingFile("posts/x.md", f"before {text} after".encode(), "a.md")
    assert find_leaks([leaving], audit.private_terms, audit.public_text)
    with pytest.raises(Refused) as caught:
        audit.check([leaving])
    assert caught.value.message.startswith("posts/x.md would reveal ")
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "text", ["Public words about money.", "rating", "20260304", "4", "kept backpack", "asides"]
)
def test_words_that_are_public_or_say_nothing_are_no_leak(
    needles: tuple[list[PrivateTerm], str], text: str
) -> None:
    unseen, said = needles
    assert find_leaks([OutgoingFile("x.md", text.encode(), "a.md")], unseen, said) == []


def test_names_of_files_and_bytes_of_pictures_are_searched_too(
    needles: tuple[list[PrivateTerm], str],
) -> None:
    unseen, said = needles
    assert find_leaks([OutgoingFile("img/money-and-i.png", b"\x89PNG", "a.md")], unseen, said)
    assert find_leaks(
        [OutgoingFile("x.png", b"\x89PNG\0\xff\xfeThe big book\0", "a.md")], unseen, said
    )


def test_the_place_of_the_vault_is_never_seen(write_vault: Write) -> None:
    source = write_vault({"a.md": "a"})
    audit = audit_of(source, "a.md")
    assert find_leaks(
        [OutgoingFile("x.md", f"file://{source.root}/a.md".encode(), "a.md")],
        audit.private_terms,
        audit.public_text,
    )


def test_what_a_note_says_in_public_may_be_a_private_note_s_name(write_vault: Write) -> None:
    source = write_vault(
        {"a.md": "About money and [[Money trees]].", "private/Money.md": "x", "Money trees.md": "y"}
    )
    assert plan_posts(source, ["a.md"]).refused == {}


def test_the_name_of_a_private_note_in_a_link_says_nothing_in_public(write_vault: Write) -> None:
    source = write_vault({"a.md": "See [[Money]].", "private/Money.md": "x"})
    audit = audit_of(source, "a.md")
    assert find_leaks(
        [OutgoingFile("x.md", b"See Money.", "a.md")], audit.private_terms, audit.public_text
    )


def test_what_one_note_keeps_back_another_may_say(write_vault: Write) -> None:
    source = write_vault(
        {
            "a.md": "---\nsource: https://example.org/long\n---\nwords %%to be said%%",
            "b.md": "to be said, see https://example.org/long",
        }
    )
    assert plan_posts(source, ["a.md", "b.md"]).refused == {}


def test_private_parts_are_found_by_patterns_alone() -> None:
    text = "a %%b%% <!-- c --> d\n\n> [!private] e\n> f\n\n# G #private\nh\n\n# I\n\n`%%j%%`\n"
    parts, public = private_parts(text)
    words = normalize_for_audit(" ".join(parts)).split()
    assert [word for word in "bcefgh" if word not in words] == []
    assert normalize_for_audit(public) == "a d i j"


def test_private_parts_that_hold_code_are_private_whole() -> None:
    parts, public = private_parts(
        "a %% b `c` d %% e\n\n%%\n```\n%% f\n```\ng\n%%\n\nh `%%` i `%%`\n"
    )
    assert normalize_for_audit(" ".join(parts)) == "b c d f g"
    assert normalize_for_audit(public) == "a e h i"


PLAIN = "Public words.\n\n"
SECRET = "what nobody but me may read"


@pytest.mark.parametrize(
    "text",
    [
        f"x %%{SECRET}%%",
        f"x <!-- {SECRET} -->",
        f"%%private%%\n{SECRET}\n%%/private%%",
        f"%%privat%%\n{SECRET}\n%%/privat%%",
        f"> [!private]\n> {SECRET}",
        f"> [! private] T\n> {SECRET}\nlazy line of the quote",
        f"> [!private ]- {SECRET}",
        f"> [!private note]\n>\n> {SECRET}",
        f"> [!private-note]\n> {SECRET}",
        f"> [!info|private]\n> {SECRET}",
        f"> [!Privat]\n> {SECRET}",
        f"- a\n  > [!pirvate]\n  > {SECRET}",
        f"> > [!private] x\n> > {SECRET}",
        f"## H #private\n\n### J\n\n{SECRET}",
        f"## H (#Private)\n\n{SECRET}",
        f"## H #privat\n\n{SECRET}",
        f"## {SECRET} #private\n\nx",
        f"H #private\n---------\n\n{SECRET}",
        f"> ## H #private\n> {SECRET}",
        f"<h2>H #private</h2>\n\n{SECRET}",
        f"## H #private\n\nx[^1]\n\n## I\n\ny\n\n[^1]: {SECRET}",
        f"> [!private]\n> x[^1]\n\n[^1]: x[^2]\n\n[^2]: y\n\n    {SECRET}",
    ],
)
def test_private_part_is_found_when_nothing_took_it_out(
    write_vault: Write, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def keep_all(passage: MappedText, *, keeps_bases: bool) -> PublicBody:
        del keeps_bases
        return PublicBody(passage, [], [])

    monkeypatch.setattr(draft, "strip_private", keep_all)
    with pytest.raises(
        Refused, match=r"would reveal a private part of a\.md \(line \d+ of a\.md\)"
    ):
        plan_posts(write_vault({"a.md": f"{PLAIN}{text}\n"}), ["a.md"])


@pytest.mark.parametrize(
    "text",
    [
        "`= [[Hushed]].x`",
        '`$= dv.page("Hushed").x`',
        '<a href="Hushed">x</a>',
        '<img src="private/Hushed.png">',
        '<img srcset="Hushed.png 2x">',
        "see private/Hushed.md, which is Hushed",
        "`private/Hushed.md` and `Hushed`",
    ],
)
def test_name_that_no_reader_is_shown_is_no_public_word(
    write_vault: Write, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(draft, "refuse_mentions", lambda *_: None)
    source = write_vault({"a.md": f"{PLAIN}{text}\n", "private/Hushed.md": "x"})
    with pytest.raises(Refused, match=r"of the private note private/Hushed\.md"):
        plan_posts(source, ["a.md"])


def test_what_is_public_is_no_private_part() -> None:
    text = (
        "> outer\n> > [!private] x\n> > y\n>\n> outer too\n\n"
        "> [private](https://e.org) [!note]\n\n## A [link](#private) {#private} \\#private\n\n"
        "used[^1] [l] ![p][]\n\n[^1]: note\n[l]: https://e.org\n[p]: p.png\n\n"
        "    > [!private] code\n\n- item\n\n    > [!private] z\n"
    )
    parts, public = private_parts(text)
    assert normalize_for_audit(" ".join(parts)) == "x y z"
    for words in ("outer too", "link private", "note", "https e org", "p png", "private code"):
        assert words in normalize_for_audit(public)


def test_a_plan_that_would_leak_is_refused_before_anything_is_written(
    write_vault: Write, hugo_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target that is wrong about what may pass does not get through."""
    source = write_vault(NOTES)
    monkeypatch.setattr(Hugo, "head", lambda *_: "---\nmood: melancholic afternoon\n---\n\n")
    with pytest.raises(Refused, match=r"the value of mood: in a\.md"):
        plan_posts(source, ["a.md"], target="hugo", site=hugo_site)


def test_what_was_written_with_something_private_is_taken_back(
    vault: Path,
    hugo_site: Path,
    history: History,
    options: Options,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = make_source(vault)
    plan = plan_posts(
        source, ["posts/Sibling post.md"], target="hugo", site=hugo_site, options=options
    )
    before = sorted(hugo_site.rglob("*"))
    file = hugo_site / "content" / "posts" / "sibling-post" / "index.md"
    audit = Audit(source, plan)
    real = audit.find

    def find(files: Iterable[OutgoingFile]) -> list[Hit]:
        # What was planned is one thing; here the secret is found only in what is on the disk.
        term = PrivateTerm("words of the heading", "a test's secret")
        return [Hit(one, term) for one in files] if file.exists() else real(files)

    monkeypatch.setattr(audit, "find", find)
    with pytest.raises(Refused, match="a test's secret"):
        write_export(plan, audit, history)
    assert not file.exists()
    assert sorted(hugo_site.rglob("*")) == before


def test_a_canary_never_leaves_also_where_a_note_says_it(write_vault: Write) -> None:
    source = replace(write_vault({"a.md": "Project Bluebird, in public."}), canaries=("bluebird",))
    with pytest.raises(Refused, match="a word that must never be exported"):
        plan_posts(source, ["a.md"])


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [("Hermann", False), ("Mannheim", False), ("Mannish, Hermann", False), ("Hermann, Mann", True)],
)
def test_a_canary_within_a_longer_word_is_another_word(
    write_vault: Write, text: str, *, is_refused: bool
) -> None:
    source = replace(write_vault({"a.md": f"{text}\n", "b.md": "b\n"}), canaries=("Mann",))
    assert list(plan_posts(source, ["a.md", "b.md"]).refused) == ["a.md"] * is_refused


CANARIES = ("CANARY", "UNPUBLISHED-WORDS", "Secret plan", "Journal of Ada", "the big one")


@pytest.mark.parametrize("target", ["hugo", "portable"])
def test_no_canary_of_the_vault_of_traps_is_in_any_file(
    vault: Path, tmp_path: Path, history: History, options: Options, target: str
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "hugo.toml").write_text("")
    source = make_source(vault)
    notes = (found.relative_to(vault).as_posix() for found in vault.rglob("*.md"))
    paths = sorted(path for path in notes if path.startswith(("posts/", "notes/Quoted")))
    plan = plan_posts(source, paths, target=target, site=site, options=options)
    assert plan.refused == {}
    write_export(plan, Audit(source, plan), history)
    for file in site.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert [word for word in CANARIES if word.encode() in data] == []
    assert not list(Path(site).rglob("*iary*"))


def test_one_note_that_would_leak_hides_none_of_the_others(
    write_vault: Write, hugo_site: Path, history: History
) -> None:
    source = replace(
        write_vault({"a.md": "the word bluebird", "b.md": "harmless", "c.md": "see [[a]]"}),
        canaries=("bluebird",),
    )
    plan = plan_posts(source, ["a.md", "b.md", "c.md"], target="hugo", site=hugo_site)
    assert list(plan.refused) == ["a.md"]
    write_export(plan, Audit(source, plan), history)
    posts = hugo_site / "content" / "posts"
    assert sorted(path.name for path in posts.iterdir()) == ["b", "c"]
    assert "see a" in (posts / "c" / "index.md").read_text()


def test_notes_that_would_leak_are_planned_without_all_at_once(
    write_vault: Write, hugo_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []

    def counted(batch: Batch) -> list[ComposedPost]:
        batches.append(batch)
        return compose_posts(batch)

    monkeypatch.setattr(pipeline, "compose_posts", counted)
    notes = {f"{n}.md": f"the word bluebird, {n}" for n in range(9)}
    notes["linking.md"] = "see [[0]] %%nothing%%"
    source = replace(write_vault(notes), canaries=("bluebird",))
    plan = plan_posts(source, sorted(notes), target="hugo", site=hugo_site)
    assert sorted(plan.refused) == [f"{n}.md" for n in range(9)]
    assert [planned.post.path for planned in plan.posts] == ["linking.md"]
    assert all("and " not in error.message for error in plan.refused.values())
    assert len(batches) == 2


def test_a_note_is_not_refused_for_the_slug_of_another_that_is(
    write_vault: Write, hugo_site: Path
) -> None:
    said = {"a.md": "---\nslug: blue-bird\n---\nx", "b.md": "see [[a|this]]", "c.md": "see [[b]]"}
    source = replace(write_vault(said), canaries=("blue bird",))
    plan = plan_posts(source, sorted(said), target="hugo", site=hugo_site)
    assert list(plan.refused) == ["a.md"]


QUOTED = ["%C3%A9", "%e2%82%ac", "%E2%82", "%A9", "%41", "%", "%4", "%zz", "a", " ", "é", "\n"]


@given(st.lists(st.sampled_from(QUOTED), max_size=12).map("".join))
def test_an_address_is_read_as_a_browser_reads_it(text: str) -> None:
    shown = f"%20 {text}"
    said = normalize_for_audit(unquote(shown))
    needle = PrivateTerm(said, "what it says")
    assert not said or find_leaks([OutgoingFile("x", shown.encode(), "a.md")], [needle], "")


@given(st.text(alphabet="aB_-\n\n\r \u0301é①ﬁßK\u200d\ufffd名", max_size=30))
def test_lines_are_compared_as_the_whole_text_is(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u200d", "")
    assert normalize_for_audit(text) == " ".join(re.sub(r"[\W_]+", " ", plain).split())


ESCAPED = ["big", "the", "caf", "%65", "%C3%A9", "\u0301", "&eacute;", "&#98;ig", "%62ig", "\\n"]
AROUND = ["\ufffd", " ", "\n", ";", "=", "&amp;", "x", "é", "\U0001d165", "\ufdd0", "&", "%", "\\"]


@given(
    st.lists(st.sampled_from([*ESCAPED, *AROUND]), max_size=12).map("".join),
    st.sampled_from(["the big", "café", "big", "big the", "the café", "bigx", "x big", "é"]),
)
@example("the caf%65\u0301", "café")
@example("big%65\\nthe", "the big")
def test_of_what_is_long_the_escapes_are_read_as_of_what_is_short(text: str, word: str) -> None:
    unseen = [PrivateTerm(word, "a word")]
    short = find_leaks([OutgoingFile("p", text.encode(), "a.md")], unseen, "")
    long = find_leaks([OutgoingFile("p", f"{text}\n{'-;' * 20_000}".encode(), "a.md")], unseen, "")
    assert [hit.term for hit in short] == [hit.term for hit in long]
