"""What is private stays in the vault, however it is marked, linked or misspelt."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TARGETS = ["hugo", "nikola", "html", "portable", "ghost", "wordpress"]
SETTINGS = {"hugo": ("hugo.toml", 'baseURL = "https://e.org/"\n'), "nikola": ("conf.py", "")}
PUBLIC = "---\npublish: true\n---\n"
SECRET = "SECRET words that nobody may read"


class Answer(NamedTuple):
    """What an export answered: its exit code, its messages, and all that is in the site."""

    code: int
    said: str
    site: str


class Blog:
    """A vault, and an export of it through the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = folder / "vault"
        self.folder = folder
        self.capsys = capsys
        self.root.mkdir()

    def write(self, notes: dict[str, str]) -> None:
        for path, text in notes.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(text.encode())

    def link(self, make: Callable[[Path, Path], None], place: str, name: str) -> None:
        make(self.root / place, self.root / name)

    def export(self, words: str, to: str = "portable") -> Answer:
        site = self.folder / f"site-{to}"
        site.mkdir(exist_ok=True)
        if to in SETTINGS:
            name, text = SETTINGS[to]
            (site / name).write_text(text)
        place = ["--to", to, "--site", str(site), "--vault", str(self.root)]
        code = main(["export", words, *place, "--yes", "--plain"])
        said = self.capsys.readouterr()
        files = [file for file in site.rglob("*") if file.is_file()]
        held = "\n".join(f"{file}\n{file.read_bytes().decode()}" for file in files)
        return Answer(code, said.out + said.err, held)


@pytest.fixture
def blog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Blog:
    return Blog(tmp_path, capsys)


LINKS = pytest.mark.parametrize("make", [os.symlink, os.link], ids=["symbolic", "hard"])


@LINKS
@pytest.mark.parametrize("words", ["open.md", "publish:true"])
def test_link_to_private_note_is_refused(
    blog: Blog, make: Callable[[Path, Path], None], words: str
) -> None:
    blog.write({"private/diary.md": f"{PUBLIC}{SECRET}\n"})
    blog.link(make, "private/diary.md", "open.md")
    answer = blog.export(words)
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert "This is the same file as private/diary.md, which is private" in answer.said


@LINKS
def test_embed_of_linked_private_note_is_left_out(
    blog: Blog, make: Callable[[Path, Path], None]
) -> None:
    blog.write({"private/diary.md": f"{PUBLIC}{SECRET}\n", "a.md": "A ![[Hushed]] [[Hushed]]\n"})
    blog.link(make, "private/diary.md", "Hushed.md")
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site, "Hushed" in answer.site) == (0, False, False)


def test_hard_linked_private_picture_is_left_out(blog: Blog) -> None:
    blog.write({"private/x.svg": f"<svg>{SECRET}</svg>", "a.md": "A ![[open.svg]]\n"})
    blog.link(os.link, "private/x.svg", "open.svg")
    answer = blog.export("a.md")
    assert "SECRET" not in answer.site
    assert "open.svg: Files in private folders are never exported" in answer.said


@LINKS
def test_post_takes_nothing_of_linked_private_note(
    blog: Blog, make: Callable[[Path, Path], None]
) -> None:
    blog.write({"private/diary.md": f"> {SECRET}\n"})
    blog.link(make, "private/diary.md", "open.md")
    assert main(["export", "start", "open.md", "--vault", str(blog.root)]) == 4
    assert not (blog.root / "posts").exists()


@pytest.mark.parametrize("folder", ["private", "work/private", "work/PRIVATE/2026"])
def test_private_folder_counts_at_any_depth(blog: Blog, folder: str) -> None:
    blog.write({f"{folder}/Hushed.md": PUBLIC, "a.md": f"{PUBLIC}See [[Hushed]].\n"})
    answer = blog.export("publish:true")
    assert f"{folder}/Hushed.md: Not exported. The note is private" in answer.said
    assert "Hushed" not in answer.site


@pytest.mark.parametrize("folder", ["privates", "my private", "privacy", "work/diary"])
def test_folder_with_another_name_is_open(blog: Blog, folder: str) -> None:
    blog.write({f"{folder}/a.md": "words\n"})
    assert blog.export(f"{folder}/a.md").code == 0


@pytest.mark.parametrize(
    ("setting", "path", "code"),
    [
        ("diary", "work/diary/a.md", 4),
        ("work/diary", "work/diary/a.md", 4),
        ("work/diary", "old/work/diary/a.md", 0),
        ("/diary", "diary/a.md", 4),
        ("/diary", "work/diary/a.md", 0),
    ],
)
def test_private_path_counts_from_the_root(blog: Blog, setting: str, path: str, code: int) -> None:
    blog.write({".notekeep/config.toml": f'private = ["{setting}"]\n', path: "words\n"})
    assert blog.export(path).code == code


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize(
    "text",
    [
        "## H #private\n\nx[^1]\n\n## I\n\ny\n\n[^1]: SECRET\n",
        "> [!private]\n> x[^1]\n\n[^1]: SECRET\n\n    more SECRET\n",
        "A %%x[^1]%% b\n\n[^1]: SECRET, see[^2]\n\n[^2]: SECRET as well[^1]\n",
        "A %%[w][q] and ![p]%% b\n\n[q]: https://e.org/SECRET 'SECRET'\n[p]: <https://e.org/SECRET>\n",
        "A [w][q] b\n\n[q]: /private/SECRET.md\n",
        "A [w][q] b\n\n[q]: https://e.org\n[Q]: https://e.org/SECRET\n",
    ],
)
def test_unused_definitions_stay_in_the_vault(blog: Blog, text: str, to: str) -> None:
    blog.write({"a.md": f"A\n\n{text}", "private/SECRET.md": "x"})
    answer = blog.export("a.md", to)
    assert (answer.code, "SECRET" in answer.site) == (0, False)


def test_used_definitions_are_exported(blog: Blog) -> None:
    blog.write(
        {
            "a.md": "A[^1] [b][ Link  one ] [c] [d][] ![e]\n\n> quoted [two\n> words]\n\n"
            "[^1]: one[^2]\n\n[^2]: two\n\n[link one]: https://e.org/1\n[c]: https://e.org/2\n"
            "[d]: https://e.org/3\n[e]: https://e.org/4.png\n[two words]: https://e.org/5\n"
        }
    )
    answer = blog.export("a.md")
    assert answer.code == 0
    for shown in ("[^1]: one", "[^2]: two", *(f"https://e.org/{number}" for number in range(1, 6))):
        assert shown in answer.site


@pytest.mark.parametrize(
    "text",
    [
        "> [! private] T\n> SECRET",
        "> [!private ]- T\n> SECRET",
        "> [! PRIVATE | wide ] T\n> SECRET",
        "- a\n  > [!Private]\n  > SECRET",
        "## H #Private\n\nSECRET",
        "## SECRET #PRIVATE.\n\nSECRET",
        "## SECRET *#private*\n\nSECRET",
        "## SECRET #private/deep\n\nSECRET",
        "SECRET #Private\n===\n\nSECRET",
        "```Dataview\nLIST SECRET\n```",
        "```DATAVIEWJS\nSECRET\n```",
        "```{dataview}\nSECRET\n```",
    ],
)
def test_mark_hides_whatever_its_case_and_blanks(blog: Blog, text: str) -> None:
    blog.write({"a.md": f"A\n\n{text}\n"})
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site) == (0, False)


@pytest.mark.parametrize(
    "mark",
    [
        "> [!private note]",
        "> [!private-note]",
        "> [!privatenote]",
        "> [!note private]",
        "> [!info|private]",
        "> [!privat]",
        "> [!PRIVAT]+",
        "> [!pirvate]",
        "> [!privaate] T",
        "> [!pr\u0456vate]",
        "> [ !private]",
        "> [!private",
        "> [private] T",
        "> ![private]",
        "> a\n> [!private]",
        "[! privat]",
        "## H (#private)",
        "## H [#private]",
        "## H#private",
        "## H # private",
        "## H #privat",
        "## H #private-notes",
        "H (#private)\n---",
        "<h2>H #private</h2>",
        "<h2>H</h2> #private",
        "<div>#private</div>",
        "#Private",
        "about #PRIVATE things",
        "about (#private) things",
        "**#privat**",
        "%%privat%%",
        "%% private: %%",
        "%% end private %%",
        "<!-- privat -->",
        "%% private start %%",
    ],
)
def test_misspelt_mark_is_refused_with_its_line(blog: Blog, mark: str) -> None:
    blog.write({"a.md": f"---\ntitle: T\n---\nA\n\n{mark}\nSECRET\n"})
    answer = blog.export("a.md")
    line = 7 if mark.startswith("> a\n") else 6
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert f" on line {line} " in answer.said


ABOUT_PRIVACY = [
    "## Private methods\n\nRuby has them.",
    "# Private\n\ntext",
    "Private is private. `private`, `#private` and `[!private]` are code.",
    "```js\nclass A { #private = 1; get() { return this.#private } }\n```",
    "```md\n> [!private]\n> x\n\n## H #private\n\n%%private%%\n```",
    "    > [!private] indented code\n\n    ## H #private",
    "> [!note] Private thoughts\n> are mine",
    "> [!privacy] On it\n> x",
    "> [!primate] Apes\n> x\n\n#primate",
    "> A private quote",
    "> [private](https://e.org) is a link",
    "## The `#private` field\n\nx",
    "## What is \\#private?\n\nx",
    "## Private keys {#private-keys}\n\nx",
    "## C# private fields\n\nx",
    "[the section](#private) and [[#Private]]\n\n## Private\n\nx",
    "Ruby's Module#private is a method. https://e.org/#private",
    "<a href='#private' class='private'>x</a>\n\n<h2 id='private'>Private</h2>",
    "<a href='/private/'>for members</a> [as well](/private/)",
    "#privacy, #private-keys and #privateequity are tags",
    "The `private/` folder and /etc/ssl/private/keys.pem",
    "The [private] key[^private]\n\n[private]: https://e.org\n\n[^private]: a footnote",
    "%% a comment about private things %% text %% Private methods: rewrite %%",
    "`= 1 + 1`, `=SUM(A1:A2)` and `$= x`",
    "> outer words that are public\n> > [!private] x\n>\n> outer words that go on in public",
    ">>>>>>> seven levels of a quote",
    "```\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> other\n```",
    "Notes on Health and Money in Python, `Notes` and `main()`, `cat README.md`",
    "```python\nimport Python\nif __name__ == '__main__':\n    main()\n```",
    "```html\n<script src='main.js'></script> [x](README.md)\n```\n\n`<img src='Money.png'>`",
    "- item\n\n    `Health` in it\n\n        `Money` as code",
    "[Python](https://python.org/Python) ![Money](https://e.org/Money.png 'Health')",
    "<img src='https://e.org/Notes.png' alt='Notes'> <p title='Health' data-lang='Python'>x</p>",
]


@pytest.mark.parametrize("text", ABOUT_PRIVACY)
def test_note_about_privacy_is_exported(blog: Blog, text: str) -> None:
    names = ("Notes", "Private", "Private methods", "Health", "Money", "main", "Python", "README")
    blog.write({f"private/{name}.md": f"a line of the note {name} alone\n" for name in names})
    blog.write({"a.md": f"A\n\n{text}\n"})
    assert blog.export("a.md").code == 0


@pytest.mark.parametrize("name", ["public", "status", "html", "version"])
def test_private_title_may_be_a_word_of_the_file(blog: Blog, name: str) -> None:
    blog.write({f"private/{name}.md": "x\n", "a.md": "words\n"})
    assert [blog.export("a.md", to).code for to in TARGETS] == [0] * len(TARGETS)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n---\nprivate: true\n---\nSECRET\n", 2),
        ("\r\n \r\n---\r\nprivate: true\r\n---\r\nSECRET\r\n", 3),
        ("\ufeff\n---\ntags: [private]\n---\nSECRET\n", 2),
        ("\ufeff\ufeff---\npublish: false\n---\nSECRET\n", 1),
        ("\u200b\n+++\nprivate = true\n+++\nSECRET\n", 2),
        ("  ---\n  private: true\n  ---\nSECRET\n", 1),
        ("%% why %%\n---\nprivate: true\n---\nSECRET\n", 2),
        ("\n---\nprivate: true\n\nSECRET\n", 2),
        ("\n---\nprivate: [true\n---\nSECRET\n", 2),
    ],
)
def test_front_matter_below_the_first_line_is_refused(blog: Blog, text: str, line: int) -> None:
    blog.write({"Hushed.md": text, "a.md": "See ![[Hushed]].\n"})
    answer = blog.export("Hushed.md")
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert f"The front matter is invalid (line {line})" in answer.said
    assert "SECRET" not in blog.export("a.md").site


def test_front_matter_below_a_blank_line_that_withholds_nothing_is_read(blog: Blog) -> None:
    blog.write({"a.md": "\n+++\ntitle = 'Overview'\nmood = 'SECRET'\n+++\nwords\n"})
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site) == (0, False)
    assert "overview.md" in answer.site


@pytest.mark.parametrize("said", ["private: true", "Publish: no\ntitle: T"])
def test_second_block_of_keys_keeps_the_note(blog: Blog, said: str) -> None:
    blog.write({"a.md": f"---\ntitle: A\n---\n\n---\n{said}\n---\nSECRET\n"})
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert "Line 6 marks the note private, but is not in its front matter" in answer.said


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\n---\n---\nprivate: false\n---\nx\n",
        "\n---\nprose\n\nmore\n",
        "\n---\nsaid: prose\n\nmore\n",
        "\n---\n\nprose\n\n---\nx\n",
    ],
)
def test_rule_above_prose_is_no_front_matter(blog: Blog, text: str) -> None:
    blog.write({"a.md": text})
    assert blog.export("a.md").code == 0


@pytest.mark.parametrize("to", ["hugo", "ghost"])
@pytest.mark.parametrize(
    "field",
    [
        "title: a %%SECRET%% b",
        "description: a <!--SECRET--> b",
        "category: a %%SECRET%%",
        "keywords: [a, 'b %%SECRET%%']",
        "series: '%%SECRET%%'",
        "mood: a %%SECRET%%",
    ],
)
def test_comment_in_a_field_is_refused(blog: Blog, field: str, to: str) -> None:
    blog.write({".notekeep/config.toml": '[export]\nfields = ["mood"]\n'})
    blog.write({"a.md": f"---\nlang: en\n{field}\n---\nwords\n"})
    answer = blog.export("a.md", to)
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert "Line 3 has a comment" in answer.said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A\n\n<<<<<<< HEAD\nSECRET\n=======\ntheirs\n>>>>>>> abc\n", 3),
        ("A\n\n<<<<<<< HEAD\nSECRET\n", 3),
        ("A\n\nSECRET\n\n=======\ntheirs\n>>>>>>> abc\n", 7),
        ("A\n\n%%\n<<<<<<< HEAD\n%%\nSECRET\n", 4),
    ],
)
def test_conflict_marks_are_refused(blog: Blog, text: str, line: int) -> None:
    blog.write({"a.md": text, "b.md": f"{PUBLIC}![[c]]", "c.md": f"{PUBLIC}{text}"})
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert f"a.md: Line {line} has a git conflict marker" in answer.said
    assert "SECRET" not in blog.export("b.md").site


NAMED = [
    "`= [[Hushed]].x`",
    "`= [[private/Hushed|x]].x`",
    '`$= dv.page("Hushed").x`',
    "`$= dv.page('Of old')`",
    "`[[Hushed]]`",
    "```\n[[Hushed]]\n```",
    '<a href="../private/Hushed.md">x</a>',
    '<a href="Hushed">x</a>',
    "<a data-href=hushed>x</a>",
    '<img src="private/Hushed.png">',
    '<img srcset="a.png 1x, Hushed.png 2x">',
    '<video poster="private/Hushed%2Epng"></video>',
    "<div>[[Hushed]]</div>",
    "$\\href{private/Hushed.md}{x}$",
    "see private/Hushed.md",
    "see private/Hushed now",
    "see PRIVATE\\hushed.MD",
    "see private\\/Hushed.md and private&#47;Hushed.md",
    "`cat private/Hushed.md`",
    "[x](https://e.org/blob/private/Hushed.md)",
]


@pytest.mark.parametrize("to", ["hugo", "html"])
@pytest.mark.parametrize("text", NAMED)
def test_name_of_private_note_is_refused_with_its_line(blog: Blog, text: str, to: str) -> None:
    blog.write({"private/Hushed.md": "---\naliases: [Of old]\n---\nx\n"})
    blog.write({"a.md": f"A\n\nHushed is a word.\n\n{text}\n"})
    answer = blog.export("a.md", to)
    assert (answer.code, "private/Hushed" in answer.site) == (4, False)
    assert f"line {6 if text.startswith('```') else 5}" in answer.said.lower()


@pytest.mark.parametrize("key", ["title", "description", "series"])
@pytest.mark.parametrize(
    "value",
    [
        "see private/Hushed.md",
        'x `$= dv.page("Hushed")`',
        "x `= [[Hushed]].y`",
        "[x](Hushed.md)",
        '<a href="Hushed">x</a>',
    ],
)
def test_name_of_private_note_in_a_field_is_refused(blog: Blog, key: str, value: str) -> None:
    blog.write({"private/Hushed.md": "x\n", "a.md": f"---\n{key}: '{value}'\n---\nwords\n"})
    answer = blog.export("a.md", "hugo")
    assert (answer.code, "Hushed" in answer.site) == (4, False)
    assert "line 2 " in answer.said.lower()


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize(
    "text",
    [
        "[[Hushed]] and [[private/Hushed]] and ![[Hushed]]",
        "[x](private/Hushed.md) [y](/private/Hushed.md) [z][r]\n\n[r]: private/Hushed.md",
        "[[private/Hushed.pdf]] [[private/Hushed.canvas]] [[private/Hushed that is gone]]",
        "[[#Hushed plan]] ![[#Hushed plan]] [[b#Hushed plan]]\n\n## Hushed plan #private",
    ],
)
def test_link_to_what_is_private_becomes_words(blog: Blog, text: str, to: str) -> None:
    blog.write({"private/Hushed.md": "x\n", "private/Hushed.pdf": "x"})
    blog.write({"b.md": "B\n\n## Hushed plan #private\n", "a.md": f"A\n\n{text}\n"})
    answer = blog.export("a.md", to)
    assert (answer.code, "hushed" in answer.site.lower()) == (0, False)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# SECRET plan #private\n\nx\n\n# Open\n\ny", "Open"),
        ("open\n\nSECRET plan #private\n===\n\nx", "Named"),
        ("%%private%%\n# SECRET plan\n%%/private%%\n\nx", "Named"),
        ("> [!private]\n> # SECRET plan\n\nx", "Named"),
        ("# On [[SECRET plan]]\n\nx", "On a private note"),
        ("# On [[SECRET plan|a plan]]\n\nx", "On a plan"),
        ("---\ntitle: 'On [[SECRET plan]]'\n---\nx", "On a private note"),
    ],
)
def test_title_is_no_private_heading_or_name(blog: Blog, text: str, title: str) -> None:
    blog.write({"Named.md": f"{text}\n", "private/SECRET plan.md": "x\n"})
    answer = blog.export("Named.md", "hugo")
    assert (answer.code, "secret" in answer.site.lower()) == (0, False)
    assert f"title: '{title}'" in answer.site


def test_post_takes_no_title_of_a_private_heading(blog: Blog) -> None:
    blog.write({"Named.md": "# SECRET plan #private\n\nx\n\n## Open\n\n> words\n"})
    assert main(["export", "start", "Named.md", "--vault", str(blog.root)]) == 0
    assert [file.name for file in (blog.root / "posts").iterdir()] == ["Named.md"]


@pytest.mark.parametrize("field", ["tags: [privat]", "tags: a, Privat", "privat: true"])
def test_nearly_private_front_matter_is_refused(blog: Blog, field: str) -> None:
    blog.write({"a.md": f"---\n{field}\n---\nSECRET\n"})
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site) == (4, False)
    assert "a typo of “private”" in answer.said


@pytest.mark.parametrize("block", ["+++\nprivate = true\n+++", "---\nprivate: true\n---"])
def test_second_block_of_either_kind_keeps_the_note(blog: Blog, block: str) -> None:
    blog.write({"two.md": f"---\ntitle: Two\n---\n\n{block}\n\nSECRET\n"})
    answer = blog.export("two.md", "hugo")
    assert (answer.code, "SECRET" in answer.site) == (4, False)


def test_code_that_shows_a_comment_mark_ends_no_comment(blog: Blog) -> None:
    blog.write({"a.md": "open %% SECRET `%%` SECRET\n```\n%%\n```\nSECRET %% words\n"})
    answer = blog.export("a.md")
    assert (answer.code, "SECRET" in answer.site, "words" in answer.site) == (0, False, True)


def test_field_that_links_to_a_private_note_is_refused_before_the_audit(blog: Blog) -> None:
    text = "---\ndescription: see [that](Mann.md)\n---\nwords about Mann\n"
    blog.write({"private/Mann.md": "x\n", "a.md": text})
    answer = blog.export("a.md", "hugo")
    assert answer.code == 4
    assert "Line 2 has the name of a private note" in answer.said


def test_longer_word_is_not_the_name_of_a_private_note(blog: Blog) -> None:
    blog.write({"private/Mann.md": "x\n", "a.md": "Hermann Mannheim [[Gruber]] ![[Mannlich]]\n"})
    assert blog.export("a.md").code == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("words\n\n> [!private]\n> #blog", 4),
        ("words\n\n## H #private\n\n#blog", 4),
        ("words %% #blog %%", 4),
        ("words `#blog`", 4),
        ("words #blog", 0),
        ("words #blog/sub\n\n> [!private]\n> SECRET", 0),
    ],
)
def test_tag_in_a_private_part_publishes_nothing(blog: Blog, text: str, code: int) -> None:
    blog.write({".notekeep/config.toml": 'publish = ["#blog"]\n', "a.md": f"{text}\n"})
    answer = blog.export("words")
    assert (answer.code, "SECRET" in answer.site) == (code, False)


def test_note_that_says_nothing_in_public_is_refused(blog: Blog) -> None:
    blog.write({"a.md": "# SECRET #private\n\nSECRET\n"})
    answer = blog.export("a.md")
    assert (answer.code, "All of its text is private" in answer.said) == (4, True)


@pytest.mark.parametrize(
    "text",
    [
        '```toml\n[build]\n\n[[plugins]]\npackage = "x"\n```',
        "see [the call](/api/nf-merge-imsmmerge-openlog)",
    ],
)
def test_what_only_looks_like_a_private_name_or_value_is_exported(blog: Blog, text: str) -> None:
    blog.write({"private/plugins.md": "x\n"})
    blog.write({"a.md": f"---\napi_name: IMsmMerge.OpenLog\n---\nwords\n\n{text}\n"})
    assert blog.export("a.md").code == 0
