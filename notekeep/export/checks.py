"""The 26 checks of a built page: does a visitor see what the person wrote, and nothing else?

Each is a function of one `Look` and returns what is wrong, "" for nothing, or None when the post
has nothing of the kind. They know no generator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from notekeep.export import audit
from notekeep.export.anchors import same_words
from notekeep.export.expect import flat
from notekeep.export.look import (
    classes,
    codes,
    dead,
    has_place,
    in_footnotes,
    joined,
    leads_to,
    links,
    own_words,
    tex,
    ticked,
)
from notekeep.export.unseen import compared

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.look import Look


_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|==\S[^=\n]*\S==|(?:^|\s)\^[\w-]+$|\[![a-z]+\]|\{\{[<%]|nk[0-9a-f]{12}:"
    r"|\{(?:filename|static|attach)\}|link://|SHORTCODE[0-9a-f]{32}|HAHAHUGOSHORTCODE",
    re.MULTILINE,
)

_DISPLAYED = (
    *(("$$", "$$"), ("\\[", "\\]")),
    *(("$\\displaystyle", "$"), ("\\(\\displaystyle", "\\)"), ("\\[\\displaystyle", "\\]")),
)
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>")
_TAG_PAGE = re.compile(r"(?:^|/)(?:tags?|categories|topics?)/")


def title(look: Look) -> str | None:
    """The title is a heading of the page."""
    wanted = same_words(look.post.post.title)
    headings = look.page.find("h1", "h2", "title")
    return (
        "" if any(same_words(h.text()) == wanted for h in headings) else "no heading has the title"
    )


def day(look: Look) -> str | None:
    """The page has the calendar day that the author meant."""
    when = look.post.post.date
    if when is None:
        return None
    html = look.page
    stamps = [
        f"{e.attributes.get('datetime', '')} {e.attributes.get('title', '')} {flat(e.text())}"
        for e in html.find("time", "abbr")
    ]
    stamps += [e.attributes.get("content", "") for e in html.find("meta")]
    months = f"{when:%B} {when.day}, {when:%Y}", f"{when.day} {when:%B} {when:%Y}"
    if any(f"{when:%Y-%m-%d}" in stamp or any(m in stamp for m in months) for stamp in stamps):
        return ""
    return f"{when:%Y-%m-%d} is not on the page" if stamps else None


def tags(look: Look) -> str | None:
    """Every tag is on the page, as written."""
    wanted = look.post.post.tags
    if not wanted:
        return None
    shown = [a for a in look.page.find("a") if _TAG_PAGE.search(a.attributes.get("href", ""))]
    if not shown:
        return None  # a theme that shows no tags
    words = {flat(a.text()).removeprefix("#").casefold() for a in shown}
    missing = [tag for tag in wanted if flat(tag).casefold() not in words]
    return f"missing: {', '.join(missing)}" if missing else ""


def draft_unseen(look: Look) -> str | None:
    """A draft is on no list, feed or map of a normal build."""
    if not look.post.post.draft:
        return None
    for path, page in look.lists.items():
        found = [a.attributes.get("href", "") for a in page.find("a", "link")]
        found += [e.text() for e in page.find("loc", "guid", "link")]
        if any(leads_to(look.file, path, link) for link in found):
            return f"{path} lists the draft"
    return ""


def teaser(look: Look) -> str | None:
    """A list shows the teaser and stops there."""
    if look.expected.teaser is None:
        return None
    before, after = look.expected.teaser
    ending = ".xml" if look.feeds_only else (".html", ".htm")  # most feeds hold whole posts
    pages = [page.text() for path, page in look.lists.items() if path.endswith(ending)]
    # A feed holds its posts as the text of HTML.
    shown = [flat(_MARKUP.sub("", text) if look.feeds_only else text) for text in pages]
    lists = [text for text in shown if flat(look.post.post.title) in text and before[:60] in text]
    whole = [text for text in lists if after[:60] in text]
    if not lists or (look.themed and len(whole) == len(lists)):
        return None
    return "a list goes on behind the teaser" if whole and not look.themed else ""


def pictures(look: Look) -> str | None:
    """Every picture that the page shows is a file of the site."""
    sources = [e.attributes.get("src", "") for e in look.content.find("img")]
    if not look.expected.pictures and not sources:
        return None
    if len(sources) < look.expected.pictures:
        return f"{look.expected.pictures} pictures, and the page shows {len(sources)}"
    return dead(look, sources)


def code_blocks(look: Look) -> str | None:
    """Code at the margin is shown to the byte."""
    return codes(look, look.expected.blocks)


def code_in_blocks(look: Look) -> str | None:
    """Code within lists and quotes is shown to the byte."""
    return codes(look, look.expected.nested)


def code_spans(look: Look) -> str | None:
    """Code within lines is shown to the byte."""
    if not look.expected.spans:
        return None
    shown = {joined(e.text()) for e in look.content.find("code", "tt")}
    missing = [span for span in look.expected.spans if joined(span) not in shown]
    return f"not shown: {missing[0]!r}" if missing else ""


def inline_tex(look: Look) -> str | None:
    """Formulas within lines are in the page as TeX, between marks that scripts know."""
    return tex(look, look.expected.inline_tex, (("\\(", "\\)"), ("$", "$")))


def display_tex(look: Look) -> str | None:
    """Formulas on their own are in the page as TeX."""
    return tex(look, look.expected.display_tex, _DISPLAYED)


def dollars(look: Look) -> str | None:
    """Prices are prices."""
    text = flat(look.content.text())
    missing = [price for price in look.expected.dollars if price not in text]
    if not look.expected.dollars:
        return None
    return f"not shown: {missing[0]}" if missing else ""


def footnotes(look: Look) -> str | None:
    """Every footnote is reached from the text, and leads back."""
    if not look.expected.footnotes:
        return None
    ids = {e.attributes["id"] for e in look.page.walk() if "id" in e.attributes}
    there, back = set(), set()
    for link in look.page.find("a"):
        target = unquote(link.attributes.get("href", "")).partition("#")[2]
        if target not in ids:
            continue
        target = target.removeprefix("user-content-")
        if target.startswith("fnref"):
            back.add(target)
        elif target.startswith("fn"):
            there.add(target)
    wanted = look.expected.footnotes
    if len(there) < wanted:
        return f"{len(there)} of {wanted} notes are reached"
    return "" if len(back) >= wanted else f"{len(back)} of {wanted} notes lead back"


def tables(look: Look) -> str | None:
    """Tables have the cells that were written."""
    if not look.expected.tables:
        return None
    shown = [
        [flat(cell.text()) for cell in table.find("th", "td")]
        for table in look.content.find("table")
    ]
    for wanted in look.expected.tables:
        like = [t for t in shown if len(t) == len(wanted)]
        if not any(
            all(
                all(word in cell for word in want.split())
                for want, cell in zip(wanted, t, strict=True)
            )
            for t in like
        ):
            return f"a table with {wanted[:3]} is not shown"
    return ""


def callouts(look: Look) -> str | None:
    """Callouts are set apart and have their titles."""
    if not look.expected.callouts:
        return None
    boxes = [
        flat(e.text())
        for e in look.content.find("blockquote", "aside", "details", "div")
        if e.tag != "div" or re.search(r"admonition|alert|callout", e.attributes.get("class", ""))
    ]
    missing = [name for name in look.expected.callouts if not any(name in box for box in boxes)]
    return f"not shown: {missing[0]!r}" if missing else ""


def sibling_links(look: Look) -> str | None:
    """Links to other posts lead to their pages."""
    wanted = [
        (words, ref)
        for words, ref in look.expected.links
        if ref.path != look.post.post.path and ref.path in look.slugs and not has_place(ref)
    ]
    return links(look, wanted)


def sibling_places(look: Look) -> str | None:
    """Links to a heading or block of another post lead to an id that is there."""
    wanted = [
        (words, ref)
        for words, ref in look.expected.links
        if ref.path != look.post.post.path and ref.path in look.slugs and has_place(ref)
    ]
    return links(look, wanted)


def own_places(look: Look) -> str | None:
    """Links to a heading or block of the post itself lead to an id that is there."""
    wanted = [(words, ref) for words, ref in look.expected.links if ref.path == look.post.post.path]
    if not wanted:
        return None
    ids = {e.attributes["id"] for e in look.page.walk() if "id" in e.attributes}
    for words, _ in wanted:
        like = [a for a in look.content.find("a") if flat(a.text()) == words]
        targets = [unquote(a.attributes.get("href", "")).partition("#") for a in like]
        if not any(mark and (not place or place in ids) for _, mark, place in targets):
            return f"the link {words!r} leads nowhere"
    return ""


def leaks(look: Look) -> str | None:
    """Nothing private is in the post's words, and no private name or line in any file of it.

    What surrounds a post are the words of a theme, in which a single word says nothing.
    """
    note = look.post.post.path
    own = [audit.Leaving(look.file, look.content.text().encode(), note)]
    files = [audit.Leaving(path, data) for path, data in look.files.items()]
    several = [needle for needle in look.needles if len(compared(needle.text).split()) > 1]
    found = audit.leaks(own, look.needles, look.said) + audit.leaks(files, several, look.said)
    return f"{found[0][0]} shows {found[0][1].what}" if found else ""


def nesting(look: Look) -> str | None:
    """List items are as deep in lists as they were written."""
    if not look.expected.nesting:
        return None
    shown: dict[str, set[int]] = {}
    for item in look.content.find("li"):
        depth = 1 + sum(1 for above in item.above() if above.tag == "li")
        shown.setdefault(own_words(item)[:40], set()).add(depth)
    for words, depth in look.expected.nesting:
        if words and not any(
            depth in depths for text, depths in shown.items() if text.startswith(words[:30])
        ):
            return f"{words[:30]!r} is not at depth {depth}"
    return ""


def tasks(look: Look) -> str | None:
    """Tasks have a box that is ticked or not, and no brackets."""
    if not look.expected.tasks:
        return None
    items = look.content.find("li")
    for words, done in look.expected.tasks:
        like = [item for item in items if words[:30] in flat(item.text())]
        if not any(ticked(item) is done for item in like):
            return f"{words[:30]!r} has no box, or the wrong one"
    return ""


def highlights(look: Look) -> str | None:
    """Highlighted words stand out."""
    if not look.expected.marks:
        return None
    shown = {flat(e.text()) for e in look.content.find("mark", "strong", "b", "em")}
    missing = [words for words in look.expected.marks if words not in shown]
    return f"not marked: {missing[0]!r}" if missing else ""


def diagrams(look: Look) -> str | None:
    """Mermaid diagrams are in the page as Mermaid reads them."""
    if not look.expected.diagrams:
        return None
    shown = [e for e in look.content.find("pre", "div", "code") if "mermaid" in classes(e)]
    texts = {e.text().strip() for e in shown}
    missing = [text for text in look.expected.diagrams if text.strip() not in texts]
    return "a diagram is not shown" if missing else ""


def references(look: Look) -> str | None:
    """No link or picture of the post leads to a page of the site that is not there."""
    targets = [e.attributes.get("href", "") for e in look.content.find("a")]
    return dead(look, targets + [e.attributes.get("src", "") for e in look.content.find("img")])


def leftovers(look: Look) -> str | None:
    """No sign of the vault or of a template is left in the words."""
    for element in look.content.walk():
        if element.tag in {"code", "pre", "script"} or any(
            above.tag in {"code", "pre"} for above in element.above()
        ):
            continue
        for child in element.children:
            found = _LEFT_OVER.finditer(child) if isinstance(child, str) else ()
            for match in found:
                if match[0].strip() not in look.expected.words:
                    return f"left over: {match[0].strip()!r}"
    return ""


def quotes(look: Look) -> str | None:
    """Quotes and rules are what they were; a rule made no heading of the words above it."""
    wanted = look.expected
    if not wanted.quotes and not wanted.rules:
        return None
    rules = [e for e in look.content.find("hr") if not in_footnotes(e)]
    if len(rules) < wanted.rules:
        return f"{wanted.rules} rules, and the page shows {len(rules)}"
    quotes_ = look.content.find("blockquote", "aside", "details")
    if len(quotes_) < wanted.quotes and not wanted.callouts:
        return f"{wanted.quotes} quotes, and the page shows {len(quotes_)}"
    return ""


ALL: Final[tuple[tuple[str, str, Callable[[Look], str | None]], ...]] = (
    ("C01", "title", title),
    ("C02", "calendar day", day),
    ("C03", "tags", tags),
    ("C04", "a draft is on no list", draft_unseen),
    ("C05", "the teaser ends on lists", teaser),
    ("C06", "pictures are there", pictures),
    ("C07", "code blocks, to the byte", code_blocks),
    ("C08", "code in lists and quotes, to the byte", code_in_blocks),
    ("C09", "code in lines, to the byte", code_spans),
    ("C10", "TeX in lines", inline_tex),
    ("C11", "TeX on its own", display_tex),
    ("C12", "prices", dollars),
    ("C13", "footnotes, both ways", footnotes),
    ("C14", "tables", tables),
    ("C15", "callouts", callouts),
    ("C16", "links to other posts", sibling_links),
    ("C17", "links to places in other posts", sibling_places),
    ("C18", "links to places in the post", own_places),
    ("C19", "nothing private", leaks),
    ("C20", "lists nest", nesting),
    ("C21", "tasks", tasks),
    ("C22", "highlights", highlights),
    ("C23", "diagrams", diagrams),
    ("C24", "no dead references", references),
    ("C25", "nothing of the vault left over", leftovers),
    ("C26", "quotes and rules", quotes),
)
"""Number, name and check, in order."""
