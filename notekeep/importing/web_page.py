"""Reads a saved web page: its main text as Markdown, title, author, site, date and address.

With the extra `clip`, trafilatura finds the main text and the facts. Without it, and in short
pages, the text is the longest `<article>`, or `<main>`, or the body, and the facts are from
`<title>`, `<meta>` and `<link>` tags. Nothing is downloaded.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Callable, Mapping
from html import escape as escape_html
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from notekeep.dates import parse_iso
from notekeep.errors import Refused, UsageError
from notekeep.importing.formats.html_tags import plain_html
from notekeep.importing.formats.reading import (
    escape_address,
    html_text,
    iso_day,
    split_list,
    web_address,
)
from notekeep.importing.input_files import HEAD_BYTES, MAX_SOURCE
from notekeep.importing.records import clean_text, one_line
from notekeep.markdown.sanitize import remove_hidden

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

    from notekeep.markdown.fields.field_values import Value

EXTRA: Final = "trafilatura"
MAX_TITLE: Final = 200
"""Maximum number of characters in a title."""

MIN_FOUND: Final = 250
"""For shorter texts, trafilatura may return all words of the page instead of the main text."""

_FACTS: Final[Mapping[str, str]] = {
    "title": "meta[property='og:title'], title, h1",
    "author": "meta[name=author]",
    "site": "meta[property='og:site_name']",
    "published": "meta[property='article:published_time'], meta[name=date]",
    "url": "link[rel=canonical], meta[property='og:url']",
    "base": "base",
}
"""Selectors of the tags that contain each fact about a page, best first."""
_CLUTTER = ("nav", "aside", "footer", "form", "button", "input")
_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})""")
_NO_CHARSETS = frozenset({"idna", "punycode", "utf-7", "unicode_escape", "raw_unicode_escape"})
"""Python encodings that no browser supports. Some are slow."""
_TAG = re.compile(r"<[A-Za-z!]")


class WebPage(NamedTuple):
    """The text of a web page, and facts about it as fields for a note."""

    title: str
    body: str  # Markdown, with the title as heading
    fields: Mapping[str, Value]


def has_extra() -> bool:
    """Whether the extra `clip` is installed."""
    return find_spec(EXTRA) is not None


def read_web_page(name: str, data: bytes, address: str = "") -> WebPage:
    """Read a page from the bytes of a file called `name`.

    `address` is the web address of the page (default: the address in its tags). It completes
    relative addresses of links and pictures.

    Raises:
        Refused: The file is too large, is not HTML, or has no text.
        UsageError: `address` is not a web address.
    """
    if len(data) > MAX_SOURCE:
        hint = "Save only the HTML of the page, without its pictures."
        raise Refused(f"{name} is larger than {MAX_SOURCE >> 20} MB.", hint)
    if address and not _join("", address):
        raise UsageError(f"{address} is not a web address.", "Start it with http:// or https://.")
    html = clean_text(_decode(data))
    if not _TAG.search(html):
        raise Refused(f"{name} is not HTML.", "Save the page as HTML, or give another file.")
    from notekeep.importing.formats.html_markdown import check_tags  # slow to import

    try:
        check_tags(html)  # with too many tags, trafilatura would take minutes
        facts = _read_head(html)
        facts["url"] = _join("", address) or _join("", facts["url"])
        base = _join(facts["url"], facts["base"])
        body = ""
        if has_extra():
            found, text = _extract(html, base)
            facts |= {key: value for key, value in found.items() if value}
            body = _write(text, base)
        if len(body) < MIN_FOUND:
            body = _write(html, base, change=_find_main)
    except (Refused, RecursionError) as error:
        reason = error.message if isinstance(error, Refused) else "its HTML is nested too deeply"
        hint = "Save only a part of the page."
        raise Refused(f"{name} cannot be read: {reason}.", hint) from error
    if not body:
        hint = "If a script adds the text, open the page in a browser and save it there."
        raise Refused(f"{name} has no text.", hint)
    host = urlsplit(facts["url"]).hostname or ""
    title = facts["title"][:MAX_TITLE].strip() or host or "Web page"
    heading = html_text(f"<h1>{escape_html(title)}</h1>")
    text = body.removeprefix(heading).strip()
    day = iso_day(facts["published"])
    fields: dict[str, Value] = {"url": facts["url"], "site": facts["site"] or host}
    fields["author"] = list(split_list(facts["author"], ";"))
    fields["published"] = day if parse_iso(day) else ""
    known = {name: value for name, value in fields.items() if value}
    return WebPage(title, f"{heading}\n\n{text}\n", known)


def _decode(data: bytes) -> str:
    """Decode a page as UTF-8, in the encoding that it declares, or as Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = _CHARSET.search(data[:HEAD_BYTES])
    try:
        encoding = codecs.lookup(named[1].decode("ascii") if named else "cp1252").name
        return data.decode("cp1252" if encoding in _NO_CHARSETS else encoding, "replace")
    except LookupError:  # an unknown name, or a codec that is not a text encoding
        return data.decode("cp1252", "replace")


def _read_head(html: str) -> dict[str, str]:
    """Return the facts in the tags of the page; "" for missing facts."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(plain_html(html), "html.parser")
    facts = dict.fromkeys(_FACTS, "")
    for fact, selectors in _FACTS.items():
        for tag in filter(None, map(page.select_one, reversed(selectors.split(", ")))):
            text = str(tag.get("content") or tag.get("href") or tag.get_text())
            facts[fact] = one_line(remove_hidden(text)) or facts[fact]
    return facts


def _extract(html: str, address: str) -> tuple[dict[str, str], str]:
    """Return the facts and the main text (as HTML) that trafilatura finds."""
    import trafilatura  # slow to import, and an extra

    for logger in (EXTRA, "htmldate", "courlan"):  # they log unreadable pages
        logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
    found = trafilatura.extract_with_metadata(
        html,
        url=address or None,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_images=True,
        include_links=True,
        # Dates in the text are often not the date of the page.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None:
        return {}, ""
    names = {"title": "title", "author": "author", "site": "sitename", "published": "date"}
    facts = {
        fact: one_line(remove_hidden(getattr(found, name) or "")) for fact, name in names.items()
    }
    return facts, _restore_code(found.text or "")


def _restore_code(html: str) -> str:
    """Restore code. trafilatura writes `<pre>` for inline code, and nested `<pre>` for blocks."""
    from bs4 import BeautifulSoup

    text = BeautifulSoup(html, "html.parser")
    for code in text.find_all("pre"):
        if code.find("pre") is not None:
            code.unwrap()
        elif code.parent is not None and code.parent.name != "body" and "\n" not in code.get_text():
            code.name = "code"
    return str(text)


def _write(html: str, base: str, change: Callable[[BeautifulSoup], Tag] = lambda soup: soup) -> str:
    """Return HTML as clean Markdown, with full addresses if the base is known."""

    def resolve(href: str, words: str, is_picture: bool) -> str:  # noqa: FBT001
        address = escape_address(_join(base, href))
        return f"{'!' if is_picture else ''}[{words}]({address})" if address else ""

    return html_text(html, resolve, change, tags=("main", *_CLUTTER))


def _find_main(page: BeautifulSoup) -> Tag:
    for tag in page.find_all(_CLUTTER):
        tag.decompose()
    articles = page.find_all("article")
    main: Tag = page.find("main") or page
    return max(articles, key=lambda tag: len(tag.get_text()), default=main)


def _join(base: str, address: str) -> str:
    """Return a full web address; "" for other addresses."""
    try:
        urlsplit(address)  # `urljoin` returns it unchanged without a base
        return web_address(urljoin(base, address))
    except ValueError:  # "http://["
        return ""
