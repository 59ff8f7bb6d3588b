"""Notes as the page shows them: clean HTML, links to notes, pictures of the vault."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.support.pdf import pdf_file

if TYPE_CHECKING:
    from tests.phone.conftest import Phone

HOSTILE = """# Hostile

<script>alert(1)</script>
<img src=x onerror="alert(1)">
<iframe src="https://elsewhere.example"></iframe>
<form action="/api/entries"><button>x</button></form>
<style>body { display: none }</style>

[click](javascript:alert(1)) [[x"><script>alert(1)</script>]]

![[x.png"><script>alert(1)</script>.png]]

![<b onclick=alert(1)>](y.png)
"""


def write(phone: Phone, path: str, text: str) -> None:
    """Write a note as another program does."""
    Path(phone.vault.root, path).write_text(text)
    phone.vault.indexing.refresh()


def attach_pdf(phone: Phone, path: str, text: str) -> None:
    """Write a note with a PDF file, whose text is indexed."""
    Path(phone.vault.root, "attachments/Safe.pdf").write_bytes(pdf_file(text))
    write(phone, path, "![[Safe.pdf]]\n")
    phone.vault.indexing.refresh_attached()


def write_files(phone: Phone, files: dict[str, str]) -> None:
    """Write notes that nothing has indexed yet."""
    for path, text in files.items():
        Path(phone.vault.root, path).write_text(text)


def first_picture(phone: Phone) -> Path:
    """Return a picture of the vault."""
    return min(Path(phone.vault.root, "attachments").glob("*.png"))


async def test_scripts_of_a_note_are_not_in_the_page(phone: Phone) -> None:
    write(phone, "inbox/Hostile.md", HOSTILE)
    html = (await phone.get("/api/note", name="Hostile"))["html"]
    for part in ("<script", "<iframe", "<form", "<style", "javascript:", "<b onclick"):
        assert part not in html.lower(), part
    assert "onerror=" not in html.lower()


async def test_a_search_sends_the_name_of_an_attached_file_and_not_its_text(phone: Phone) -> None:
    attach_pdf(phone, "inbox/House.md", "The combination of the safe is quixotic")
    [found] = (await phone.get("/api/search", q="quixotic"))["notes"]
    assert (found["path"], found["snippet"]) == ("inbox/House.md", "attachments/Safe.pdf")


async def test_links_lead_to_notes_and_pictures_are_sent(phone: Phone) -> None:
    picture = first_picture(phone)
    place = f"../attachments/{quote(picture.name)}"
    text = f"[[Deep Work|the book]], ![[{picture.name}]] and ![a]({place})\n"
    write(phone, "inbox/Links.md", text)
    html = (await phone.get("/api/note", name="Links"))["html"]
    assert '<a href="Deep%20Work">the book</a>' in html
    assert html.count('src="/files?') == 2
    found = await phone.get("/api/note", **{"name": "Deep Work", "from": "inbox/Links.md"})
    assert found["path"] == "books/Deep Work.md"
    for address in re.findall(r'src="([^"]+)"', html):
        async with phone.client.get(unescape(address)) as answer:
            assert answer.content_type == "image/png"
            assert await answer.read() == picture.read_bytes()


async def test_only_pictures_of_the_vault_are_sent(phone: Phone) -> None:
    write(phone, "x.svg", "<svg><script>alert(1)</script></svg>")
    outside = ("../../etc/passwd", "/etc/passwd")
    for name in (*outside, "books/Deep Work.md", ".notekeep/config.toml", "x.svg"):
        query = {"name": name, "from": "books/Deep Work.md"}
        async with phone.client.get("/files", params=query) as answer:
            assert answer.status in (400, 404), name


async def test_a_picture_with_the_name_of_a_page_is_not_sent_as_one(phone: Phone) -> None:
    first_picture(phone).rename(Path(phone.vault.root, "attachments/evil.html"))
    write(phone, "Evil.md", "![[attachments/evil.html]]\n")
    async with phone.client.get("/files?name=attachments/evil.html&from=Evil.md") as answer:
        assert answer.content_type == "application/octet-stream"


async def test_a_note_that_was_made_a_moment_ago_is_shown(phone: Phone) -> None:
    await phone.get("/api/note", name="Deep Work")
    files = {"Made now.md": "# Made now\n"}
    write_files(phone, files)
    assert (await phone.get("/api/note", name="Made now"))["title"] == "Made now"


async def test_the_first_amount_is_that_of_the_goal(phone: Phone) -> None:
    text = (
        "---\nhabit: sit\nschedule: daily\ngoal: '>= 10 min'\nunit: min\nsince: 2026-11-01\n---\n"
    )
    write_files(phone, {"habits/sit.md": text})
    habits = (await phone.get("/api/today"))["days"][0]["habits"]
    assert next(one["usual"] for one in habits if one["id"] == "sit") == "10"


async def test_search_finds_notes_and_shows_the_last_ones(phone: Phone) -> None:
    found = await phone.get("/api/search", q="cue craving")
    assert "Atomic Habits" in [one["title"] for one in found["notes"]]
    write(phone, "inbox/Newest.md", "# Newest\n")
    assert (await phone.get("/api/search"))["notes"][0]["title"] == "Newest"
    assert (await phone.get("/api/search", q="qqqzzz"))["notes"] == []
    assert (await phone.get("/api/search", q='rating:"'))["remarks"]


async def test_what_is_not_there_is_said(phone: Phone) -> None:
    async with phone.client.get("/api/note", params={"name": "nothing like it"}) as answer:
        assert answer.status == 404
        assert "nothing like it" in (await answer.json())["error"]
