"""Layout for engines from before CommonMark: blocks stand where those see them, and apart.

Python-Markdown nests lists by four spaces, begins a list or a table behind a blank line only, reads
fences at the margin only, and joins neighbours of a kind. kramdown, Jekyll's engine, nests lists as
CommonMark does, so there lines stay where they are.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from notekeep.export.rewrite.block_syntax import admonition
from notekeep.export.source_map import remove_lines, separate_removals
from notekeep.markdown.nodes import containers

if TYPE_CHECKING:
    from notekeep.export.rewrite.dialect import RewriteJob
    from notekeep.markdown.nodes import Node

INDENT = "    "
APART = "<!-- -->"
"""What keeps two lists or quotes from becoming one: a comment that shows nothing."""

_MARKER = re.compile(r"(?:[-+*]|\d{1,9}[.)])[ \t]*|\[\^[^\]]+\]:")
_NESTED = "lists nest by four spaces on this site"
_JOINING = frozenset({"list", "quote"})
_BAR = re.compile(r"(?<!\\)\|")
_RUN = re.compile(r"[`~]+")
_BRACKET = re.compile(r"\d{1,9}(\))")
_LANGUAGE = re.compile(r"\{?\s*\.?([\w#.+-]+)")
_HTML_BLOCK = re.compile(
    r"<(address|article|aside|blockquote|center|details|div|figure|footer|header|main|nav|section)\b",
    re.IGNORECASE,
)


def lay_out_for_python_markdown(work: RewriteJob) -> None:
    """Lay a body out for its engine."""
    is_python = work.dialect.engine == "python"
    if work.dialect.admonitions:
        _admonitions(work)
    for fence in work.tree.find("fence"):
        _lay_out_fence(work, fence)
    if is_python:
        for code in work.tree.find("code_block"):
            _code_block(work, code)
    for node in work.tree.find("heading"):
        _heading(work, node)
    for block in work.tree.find("html_block"):
        _html_block(work, block)
    if is_python:
        _lines(work)
    else:
        _signs(work)
    _separate_for_python_markdown(work)
    if is_python:
        _loosen(work)
    _numbering(work)


def order_footnotes(work: RewriteJob) -> None:
    """Put footnotes into the order they are referred to, which the engine numbers them by."""
    notes = {node.info: node for node in work.tree.root.children if node.kind == "footnote"}
    wanted = dict.fromkeys(ref.info for ref in work.tree.find("footnote_ref"))
    ordered = [notes[label] for label in wanted if label in notes]
    ordered += [note for note in notes.values() if note not in ordered]
    if ordered == list(notes.values()):
        return
    tree, text = work.tree, work.passage.text
    written = []
    for note in ordered:
        start, end = tree.lines[note.first].start, tree.lines[note.last - 1].end
        written.append(text[start:end])
        reason = "footnotes are numbered by their place on this site"
        work.splices.append(remove_lines(work.passage, note.first, note.last, reason))
    work.splices = separate_removals(work.splices)
    work.put(len(text), len(text), "".join(f"\n{note}\n" for note in written))


def _admonitions(work: RewriteJob) -> None:
    """Make callouts admonitions: a line that says what they are, the rest indented below it."""
    foldable = work.dialect.admonitions == "foldable"
    text = work.passage.text
    quotes = work.tree.find("quote")
    heads = {quote: admonition(text, quote, foldable=foldable) for quote in quotes}
    for quote in [quote for quote in quotes if heads[quote] is not None]:
        quote.kind = "admonition"
        work.loose.append((quote.start, quote.end))
    for quote in (quote for quote in quotes if quote.kind == "admonition"):
        line = work.tree.lines[quote.first]
        head = _further(containers(quote)) + f"{heads[quote]}\n"
        if quote.children[0].last > quote.first + 1:
            head += "\n"  # more of the title's paragraph follows; other blocks stand apart anyway
        work.heads.add(quote.first)
        work.put(line.start, min(line.end + 1, len(text)), head, "a callout becomes an admonition")


def _prefix(stack: list[Node], number: int, written: str) -> str:
    """Return the marks that a line of some containers needs.

    Args:
        stack: The containers, outermost first.
        number: The line.
        written: The marks that stand there, whose bullets and numbers are kept.
    """
    marks = iter(_MARKER.findall(written))
    prefix = ""
    for container in stack:
        if container.kind == "quote":
            prefix += "> "
        elif number == container.first and (mark := next(marks, "")):
            prefix += mark.replace(")", ".")
        else:
            prefix += INDENT
    return prefix


def _further(stack: list[Node]) -> str:
    """Return the marks of a line that begins nothing."""
    return "".join("> " if container.kind == "quote" else INDENT for container in stack)


def _lines(work: RewriteJob) -> None:
    """Give every line within lists, quotes and footnotes its marks."""
    tree, text = work.tree, work.passage.text
    stacks: dict[int, list[Node]] = {}
    for node in tree.find("quote", "item", "footnote", "admonition"):
        for number in range(node.first, node.last):
            stacks.setdefault(number, []).append(node)
    skipped = {
        number
        for node in work.claimed
        if node.kind in {"fence", "heading"}
        for number in range(node.first + 1, node.last)
    }
    for number, stack in stacks.items():
        if number in skipped or number in work.heads:
            continue
        line = tree.lines[number]
        if line.content is None or line.leaf is None:
            marks = _further(stack).rstrip()
            if ">" in text[line.start : line.end] and text[line.start : line.end] != marks:
                work.put(line.start, line.end, marks, _NESTED)
            continue
        written = text[line.start : line.content]
        marks = _prefix(containers(line.leaf), number, written)
        if not text[line.content : line.end].strip():
            marks = marks.rstrip()
        if marks != written:
            work.put(line.start, line.content, marks, _NESTED)


def _lay_out_fence(work: RewriteJob, fence: Node) -> None:
    """Write a fence with nothing but its language, at the margin of its block, and with an end."""
    if containers(fence) and work.dialect.engine == "python":
        if not work.dialect.superfences:
            _indent(work, fence)
        return
    text, line = work.passage.text, work.tree.lines[fence.first]
    start = line.start if line.content is None else line.content
    run = _RUN.match(text, fence.start)
    mark = run[0] if run else "```"
    further = work.marks(fence.first)
    rows = fence.content.removesuffix("\n").split("\n") if fence.content else []
    body = [further + row if row else further.rstrip() for row in rows]
    plain = "\n".join([f"{mark}{_language(fence)}", *body, f"{further}{mark}"])
    if text[start : fence.end] != plain:
        work.claimed.add(fence)
        work.put(start, fence.end, plain, "fences are plain and at the margin on this site")


def _indent(work: RewriteJob, fence: Node) -> None:
    """Make a fence indented code."""
    further = _further(containers(fence))
    name = _language(fence)
    rows = fence.content.rstrip("\n").split("\n")
    if _needs_language(work, name, rows[0]):
        rows.insert(0, f":::{name or 'text'}")
    indented = [(further + INDENT + row) if row.strip() else further.rstrip() for row in rows]
    first = work.tree.lines[fence.first]
    written = work.passage.text[first.start : first.content or fence.start]
    opens = bool(_MARKER.search(written))
    lead = f"\n{further.rstrip()}\n" if opens else ""
    body = "\n".join(indented)
    if not lead:
        body = INDENT + body[len(further) + len(INDENT) :]
    work.claimed.add(fence)
    work.put(
        first.content or fence.start,
        fence.end,
        lead + body,
        "a fence within a block is indented code",
    )


def _needs_language(work: RewriteJob, name: str, first_row: str) -> bool:
    """Whether indented code has to say its language: else its first line may be taken for it."""
    return work.dialect.hilited_indents and (
        bool(name) or first_row.lstrip().startswith(("#!", ":::"))
    )


def _code_block(work: RewriteJob, code: Node) -> None:
    first = code.content.split("\n", 1)[0]
    if _needs_language(work, "", first):
        line = work.tree.lines[code.first]
        at = line.start if line.content is None else line.content
        further = _further(containers(code))
        reason = "a first line like #! would be taken for the language"
        work.put(at, at, f"{INDENT}:::text\n{further}", reason)
        work.loose.append((code.start, code.end))


def _separate_for_python_markdown(work: RewriteJob) -> None:
    """Set neighbours apart that the engine would read as one or not read at all."""
    for parent in work.tree.find("root", "quote", "item", "footnote", "admonition"):
        for block, following in pairwise(parent.children):
            if work.dialect.engine == "python":
                further = _further(_inner(parent))
            else:
                line = work.tree.lines[following.first]
                further = work.marks(following.first)[: following.start - line.start]
            _set_apart(work, block, following, further)


def _loosen(work: RewriteJob) -> None:
    """Set an item off from one that holds more than words and lists: else it joins that one."""
    for parent in work.tree.find("list"):
        further = _further(containers(parent)).rstrip()
        for item, following in pairwise(parent.children):
            plain = _is_plain(item)
            if not plain and not work.passage.blank(following.first - 1):
                start = work.tree.lines[following.first].start
                work.put(start, start, f"{further}\n", "items with blocks stand apart on this site")


def _is_plain(item: Node) -> bool:
    """Whether an item holds a paragraph at most, and lists whose last item is plain too."""
    if any(node.kind != "list" for node in item.children[1:]):
        return False
    if item.children and item.children[0].kind not in {"paragraph", "list"}:
        return False
    last = item.children[-1] if item.children else None
    return last is None or last.kind != "list" or _is_plain(last.children[-1])


def _inner(parent: Node) -> list[Node]:
    stack = containers(parent)
    return stack if parent.kind == "root" else [*stack, parent]


def _set_apart(work: RewriteJob, block: Node, following: Node, further: str) -> None:
    """Put a line with the marks `further` between two neighbours, and a comment if need be."""
    close = following.first == block.last and not work.passage.blank(following.first - 1)
    parent = block.parent
    opens = parent is not None and parent.kind == "item"
    nested = opens and block.kind == "paragraph" and following.kind == "list"
    text = f"{further.rstrip()}\n" if close and not nested else ""
    if _would_join(work, block, following):
        text += f"{further}{APART}\n{further.rstrip()}\n"
    if text:
        start = work.tree.lines[following.first].start
        work.put(start, start, text, "blocks stand apart on this site")


def _would_join(work: RewriteJob, block: Node, following: Node) -> bool:
    """Whether a blank line alone would not keep two neighbours apart."""
    if work.dialect.engine == "kramdown":
        return block.kind == following.kind == "list"
    if block.kind == following.kind and block.kind in _JOINING:
        return True
    # Behind a list or an admonition, indented code would be part of it.
    return _is_indented(work, following) and (
        block.kind in {"list", "admonition"} or _is_indented(work, block)
    )


def _is_indented(work: RewriteJob, block: Node) -> bool:
    """Whether a block is, or becomes, indented code."""
    return block.kind == "code_block" or (
        block.kind == "fence" and bool(containers(block)) and not work.dialect.superfences
    )


def _language(fence: Node) -> str:
    """Return the language of a fence, without whatever else its first line says."""
    match = _LANGUAGE.match(fence.info.strip())
    return match[1] if match else ""


def _heading(work: RewriteJob, node: Node) -> None:
    """A heading begins at the margin, and one that is underlined has one line."""
    line = work.tree.lines[node.first]
    if not node.children:
        work.replace(node, "", "an empty heading would be shown as its mark")
        return
    if node.info.startswith("#") and line.content is not None and line.content < node.start:
        work.put(line.content, node.start, "", "a heading begins at the margin on this site")
    if node.last - node.first <= 2 or node.info.startswith("#"):
        return
    tree, text = work.tree, work.passage.text
    lines = [tree.lines[n] for n in range(node.first, node.last - 1)]
    words = " ".join(text[line.content or line.start : line.end].strip() for line in lines)
    reason = "a heading stands on one line on this site"
    work.replace(node, f"{'#' * node.level} {words}", reason)


def _html_block(work: RewriteJob, block: Node) -> None:
    """Markdown between HTML blocks is Markdown only when the outer one says so."""
    match = _HTML_BLOCK.match(block.content)
    if match is None or "markdown=" in block.content:
        return
    name = match[1]
    opened = len(re.findall(rf"<{name}\b", block.content, re.IGNORECASE))
    closed = len(re.findall(rf"</{name}\s*>", block.content, re.IGNORECASE))
    siblings = block.parent.children if block.parent else []
    if opened > closed and block is not siblings[-1]:
        at = block.start + match.end()
        work.put(at, at, ' markdown="1"', "Markdown within HTML has to be asked for on this site")


def _signs(work: RewriteJob) -> None:
    """Guard what kramdown misreads within a line: bars in a picture's words, blank code, `1)`."""
    for node in work.tree.find("code_span", "image"):
        if work.free(node):
            _within_line(work, node)
    for item in work.tree.find("item"):
        match = _BRACKET.match(work.passage.text, item.start)
        if match is not None:
            work.put(match.start(1), match.end(1), ".", "lists are numbered with dots on this site")


def _within_line(work: RewriteJob, node: Node) -> None:
    source = work.tree.source(node)
    if node.kind == "code_span" and not node.content.strip():
        text = f"<code>{'&#32;' * len(node.content)}</code>"
        work.replace(node, text, "code of blanks is no code to the site's engine")
    elif node.kind == "image" and not node.inside("cell"):
        for match in _BAR.finditer(source):
            at = node.start + match.start()
            work.put(at, at, "\\", "a bar in a picture's words makes no table")


def _numbering(work: RewriteJob) -> None:
    """Tell of lists whose first number will not be shown."""
    for node in work.tree.find("list"):
        first = node.children[0].info if node.children else ""
        if node.info in {".", ")"} and first not in {"", "1"}:
            work.remark(node, f"the list begins with {first}; the site numbers it from 1")
