"""Layout for engines older than CommonMark: indentation, and blank lines between blocks.

Python-Markdown indents nested lists by four spaces, requires a blank line before lists and tables,
allows fences only at the margin, and joins adjacent blocks of the same kind. kramdown, Jekyll's
engine, nests lists as CommonMark does, so their indentation is kept.
"""

from __future__ import annotations

import re
from itertools import pairwise

from notekeep.export.rewrite.block_syntax import admonition
from notekeep.export.rewrite.dialect import RewriteJob
from notekeep.export.source_map import remove_lines, separate_removals
from notekeep.markdown.nodes import Node, containers

_INDENT = "    "
_APART = "<!-- -->"
"""An empty comment that separates two lists or quotes."""

_MARKER = re.compile(r"(?:[-+*]|\d{1,9}[.)])[ \t]*|\[\^[^\]]+\]:")
_NESTED = "indented nested lists by four spaces"
_JOINING = frozenset({"list", "quote"})
_BAR = re.compile(r"(?<!\\)\|")
_RUN = re.compile(r"[`~]+")
_BRACKET = re.compile(r"\d{1,9}(\))")
_LANGUAGE = re.compile(r"\{?\s*\.?([\w#.+-]+)")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(?=[\s>/])", re.IGNORECASE)
_GAP = re.compile(r"(?<=>)[ \t]+\Z")
_MARKDOWN_TAGS = frozenset(
    "address article aside blockquote caption center dd details dir div dl dt fieldset figcaption"  # noqa: SIM905  # a list of words reads better as words
    " figure footer form header legend li main menu nav ol p section summary table tbody td tfoot"
    " th thead tr ul".split()
)
"""Tags with an attribute that enables Markdown inside them."""


def lay_out_blocks(job: RewriteJob) -> None:
    """Lay out a body for its engine."""
    is_python = job.dialect.engine == "python"
    if job.dialect.admonitions:
        _write_admonitions(job)
    for fence in job.tree.find("fence"):
        _lay_out_fence(job, fence)
    for code in job.tree.find("code_block") if is_python else ():
        _guard_first_row(job, code)
    for heading in job.tree.find("heading"):
        _lay_out_heading(job, heading)
    for block in job.tree.find("html_block"):
        _enable_markdown(job, block)
    if is_python:
        _indent_lines(job)
    else:
        _guard_for_kramdown(job)
    _separate_neighbours(job)
    if is_python:
        _separate_items(job)
    _remark_numbers(job)


def order_footnotes(job: RewriteJob) -> None:
    """Sort footnotes by their references, because the engine numbers them in order."""
    notes = {node.info: node for node in job.tree.root.children if node.kind == "footnote"}
    referenced = dict.fromkeys(ref.info for ref in job.tree.find("footnote_ref"))
    ordered = [notes[label] for label in referenced if label in notes]
    ordered += [note for note in notes.values() if note not in ordered]
    if ordered == list(notes.values()):
        return
    tree, text = job.tree, job.passage.text
    written = []
    for note in ordered:
        start, end = tree.starts[note.first], job.passage.line_end(note.last - 1)
        written.append(text[start:end])
        reason = "renumbered footnotes"
        job.edits.append(remove_lines(job.passage, note.first, note.last, reason))
    job.edits = separate_removals(job.edits)
    job.put(len(text), len(text), "".join(f"\n{note}\n" for note in written))


def _write_admonitions(job: RewriteJob) -> None:
    """Write callouts as admonitions: a title line, with the content indented below it."""
    foldable = job.dialect.admonitions == "foldable"
    text = job.passage.text
    quotes = job.tree.find("quote")
    heads = {quote: admonition(text, quote, foldable=foldable) for quote in quotes}
    for quote in [quote for quote in quotes if heads[quote] is not None]:
        quote.kind = "admonition"
        job.unguarded.append((quote.start, quote.end))
    for quote in (quote for quote in quotes if quote.kind == "admonition"):
        line = job.tree.lines[quote.first]
        head = _continuation(containers(quote)) + f"{heads[quote]}\n"
        if quote.children[0].last > quote.first + 1:
            head += "\n"  # the title's paragraph continues
        job.replaced_lines.add(quote.first)
        job.put(line.start, min(line.end + 1, len(text)), head, "wrote a callout as an admonition")


def _prefix(stack: list[Node], number: int, written: str) -> str:
    """Return the container marks of a line, with its own bullets and numbers."""
    marks = iter(_MARKER.findall(written))
    prefix = ""
    for container in stack:
        if container.kind == "quote":
            prefix += "> "
        elif number == container.first and (mark := next(marks, "")):
            prefix += mark.replace(")", ".")
        else:
            prefix += _INDENT
    return prefix


def _continuation(stack: list[Node]) -> str:
    return "".join("> " if container.kind == "quote" else _INDENT for container in stack)


def _indent_lines(job: RewriteJob) -> None:
    tree, text = job.tree, job.passage.text
    stacks: dict[int, list[Node]] = {}
    for node in tree.find("quote", "item", "footnote", "admonition"):
        for number in range(node.first, node.last):
            stacks.setdefault(number, []).append(node)
    skipped = {
        number
        for node in job.claimed
        if node.kind in {"fence", "heading"}
        for number in range(node.first + 1, node.last)
    }
    for number, stack in stacks.items():
        if number in skipped or number in job.replaced_lines:
            continue
        line = tree.lines[number]
        if line.content is None or line.leaf is None:
            marks = _continuation(stack).rstrip()
            if ">" in text[line.start : line.end] and text[line.start : line.end] != marks:
                job.put(line.start, line.end, marks, _NESTED)
            continue
        written = text[line.start : line.content]
        marks = _prefix(containers(line.leaf), number, written)
        if not text[line.content : line.end].strip():
            marks = marks.rstrip()
        if marks != written:
            job.put(line.start, line.content, marks, _NESTED)


def _lay_out_fence(job: RewriteJob, fence: Node) -> None:
    """Write a closed fence at the margin of its block, with only its language."""
    is_python = job.dialect.engine == "python"
    text, start = job.passage.text, job.content_start(fence.first)
    if containers(fence) and is_python:
        if not job.dialect.superfences:
            _indent(job, fence)
            return
        if start == fence.start:
            return
    run = _RUN.match(text, fence.start)
    mark = run[0] if run else "```"
    further = _continuation(containers(fence)) if is_python else job.marks(fence.first)
    rows = fence.content.removesuffix("\n").split("\n") if fence.content else []
    body = [further + row if row else further.rstrip() for row in rows]
    plain = "\n".join([f"{mark}{_language(fence)}", *body, f"{further}{mark}"])
    if text[start : fence.end] != plain:
        job.claimed.add(fence)
        job.put(start, fence.end, plain, "moved a code fence to the margin")


def _indent(job: RewriteJob, fence: Node) -> None:
    further = _continuation(containers(fence))
    name = _language(fence)
    rows = fence.content.rstrip("\n").split("\n")
    if _needs_language(job, name, rows[0]):
        rows.insert(0, f":::{name or 'text'}")
    body = "\n".join(further + _INDENT + row if row.strip() else further.rstrip() for row in rows)
    first = job.tree.lines[fence.first]
    start = first.content or fence.start
    if _MARKER.search(job.passage.text, first.start, start):
        body = f"\n{further.rstrip()}\n{body}"
    else:
        body = _INDENT + body[len(further) + len(_INDENT) :]
    job.claimed.add(fence)
    job.put(start, fence.end, body, "indented the code of a fence inside a block")


def _needs_language(job: RewriteJob, name: str, first_row: str) -> bool:
    """Whether indented code needs a language line, because its first line looks like one."""
    return job.dialect.hilited_indents and (
        bool(name) or first_row.lstrip().startswith(("#!", ":::"))
    )


def _guard_first_row(job: RewriteJob, code: Node) -> None:
    if _needs_language(job, "", code.content.split("\n", 1)[0]):
        at = job.content_start(code.first)
        further = _continuation(containers(code))
        reason = "kept a first line such as #! from setting the language"
        job.put(at, at, f"{_INDENT}:::text\n{further}", reason)
        job.unguarded.append((code.start, code.end))


def _separate_neighbours(job: RewriteJob) -> None:
    for parent in job.tree.find("root", "quote", "item", "footnote", "admonition"):
        stack = [*containers(parent), *([parent] if parent.kind != "root" else [])]
        for block, following in pairwise(parent.children):
            if job.dialect.engine == "python":
                further = _continuation(stack)
            else:
                further = job.marks(following.first, following.start)
            _set_apart(job, block, following, further)


def _separate_items(job: RewriteJob) -> None:
    """Put a blank line after an item that contains more than text and lists."""
    for parent in job.tree.find("list"):
        further = _continuation(containers(parent)).rstrip()
        for item, following in pairwise(parent.children):
            plain = _is_plain(item)
            if not plain and not job.passage.blank(following.first - 1):
                start = job.tree.starts[following.first]
                job.put(start, start, f"{further}\n", "added blank lines between list items")


def _is_plain(item: Node) -> bool:
    """Whether an item contains only a paragraph, and lists whose last item is plain too."""
    if any(node.kind != "list" for node in item.children[1:]):
        return False
    if item.children and item.children[0].kind not in {"paragraph", "list"}:
        return False
    last = item.children[-1] if item.children else None
    return last is None or last.kind != "list" or _is_plain(last.children[-1])


def _set_apart(job: RewriteJob, block: Node, following: Node, further: str) -> None:
    """Separate two blocks with a blank line, and a comment if they would be joined."""
    close = following.first == block.last and not job.passage.blank(following.first - 1)
    in_item = block.parent is not None and block.parent.kind == "item"
    nested = in_item and block.kind == "paragraph" and following.kind == "list"
    text = f"{further.rstrip()}\n" if close and not nested else ""
    if _would_merge(job, block, following):
        text += f"{further}{_APART}\n{further.rstrip()}\n"
    if text:
        start = job.tree.starts[following.first]
        job.put(start, start, text, "added a blank line between blocks")


def _would_merge(job: RewriteJob, block: Node, following: Node) -> bool:
    if job.dialect.engine == "kramdown":
        return block.kind == following.kind == "list"
    if block.kind == following.kind and block.kind in _JOINING:
        return True
    # Indented code would become part of a list or admonition before it.
    return _is_indented(job, following) and (
        block.kind in {"list", "admonition"} or _is_indented(job, block)
    )


def _is_indented(job: RewriteJob, block: Node) -> bool:
    return block.kind == "code_block" or (
        block.kind == "fence" and bool(containers(block)) and not job.dialect.superfences
    )


def _language(fence: Node) -> str:
    match = _LANGUAGE.match(fence.info.strip())
    return match[1] if match else ""


def _lay_out_heading(job: RewriteJob, node: Node) -> None:
    """Move a heading to the margin, and join the lines of an underlined heading."""
    line = job.tree.lines[node.first]
    if not node.children:
        job.replace(node, "", "removed an empty heading")
        return
    if node.info.startswith("#") and line.content is not None and line.content < node.start:
        job.put(line.content, node.start, "", "moved a heading to the margin")
    if node.last - node.first <= 2 or node.info.startswith("#"):
        return
    tree, text = job.tree, job.passage.text
    lines = [tree.lines[n] for n in range(node.first, node.last - 1)]
    words = " ".join(text[line.content or line.start : line.end].strip() for line in lines)
    reason = "wrote a heading on one line"
    job.replace(node, f"{'#' * node.level} {words}", reason)


def _enable_markdown(job: RewriteJob, block: Node) -> None:
    """Enable Markdown between HTML blocks with an attribute on each surrounding tag."""
    siblings = block.parent.children if block.parent else []
    opened: list[re.Match[str]] = []
    for tag in _TAG.finditer(block.content) if block is not siblings[-1] else ():
        names = [match[2].lower() for match in opened]
        name = tag[2].lower()
        if not tag[1] and name in _MARKDOWN_TAGS:
            opened.append(tag)
        elif tag[1] and name in names:
            del opened[len(names) - 1 - names[::-1].index(name) :]
    if not opened or "markdown=" in block.content:
        return
    if not job.dialect.markdown_in_html:
        job.remark(block, "The site shows Markdown inside HTML as written. Enable md_in_html.")
        return
    for tag in opened:
        at = block.start + tag.end()
        # With a gap before the tag, the attribute would be visible.
        if gap := _GAP.search(block.content, 0, tag.start()):
            job.put(block.start + gap.start(), block.start + gap.end(), "")
        job.put(at, at, ' markdown="block"', "enabled Markdown inside HTML")


def _guard_for_kramdown(job: RewriteJob) -> None:
    """Rewrite syntax that kramdown misreads: bars in alt text, code of spaces, `1)`."""
    for code in job.tree.find("code_span"):
        if job.is_free(code) and not code.content.strip():
            text = f"<code>{'&#32;' * len(code.content)}</code>"
            job.replace(code, text, "wrote code of spaces as HTML")
    for image in job.tree.find("image"):
        bars = _BAR.finditer(job.tree.source(image))
        for bar in bars if job.is_free(image) and not image.inside("cell") else ():
            at = image.start + bar.start()
            job.put(at, at, "\\", "escaped a | in the text of a picture")
    for item in job.tree.find("item"):
        if match := _BRACKET.match(job.passage.text, item.start):
            job.put(match.start(1), match.end(1), ".", "numbered a list with dots")


def _remark_numbers(job: RewriteJob) -> None:
    for node in job.tree.find("list"):
        first = node.children[0].info if node.children else ""
        if node.info in {".", ")"} and first not in {"", "1"}:
            job.remark(node, f"The list starts at {first}. The site numbers it from 1.")
