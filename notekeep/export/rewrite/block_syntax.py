"""Rewrites blocks: tasks, rules, diagrams, the end of the teaser, callouts, footnotes."""

from __future__ import annotations

import html
import re

from notekeep.export.embeds import BLOCK_ID, block_ids
from notekeep.export.rewrite.dialect import RewriteJob, blank_line
from notekeep.export.source_map import TEASER_COMMENT, dedent_lines, remove_lines, separate_removals
from notekeep.markdown.nodes import CONTAINER_NODES, Node, Tree

_TASK = re.compile(r"\[(.)\](?=[ \t])")
_SIGNS = {" ": "☐", "-": "☒"}  # of an open and a cancelled task
_TEASER_REASON = "removed a teaser mark that the site does not support"
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)


def is_diagram(fence: Node) -> bool:
    """Whether a fence is a Mermaid diagram."""
    return fence.info.split()[:1] == ["mermaid"]


def rewrite_tasks(job: RewriteJob) -> None:
    """Replace checkboxes that the engine does not support with symbols."""
    for item in job.tree.find("item"):
        first = item.children[0] if item.children else None
        if first is None or first.kind != "paragraph":
            continue
        words = first.children[0] if first.children else first
        match = _TASK.match(job.passage.text, words.start, words.end)
        if match is None or words.kind != "text" or (job.dialect.task_lists and match[1] in " xX"):
            continue
        sign = _SIGNS.get(match[1], "☑")
        job.put(match.start(), match.end(), sign, "replaced a checkbox with a sign")


def separate_rules(job: RewriteJob) -> None:
    """Keep `---` below a paragraph as a rule. More dashes underline a heading."""
    for heading in job.tree.find("heading"):
        if heading.info != "-":
            continue
        line = job.tree.lines[heading.last - 1]
        start = job.content_start(heading.last - 1)
        if BLOCK_ID.fullmatch(job.passage.text[heading.start : line.start].strip()):
            continue  # the id is removed, which leaves no paragraph above the rule
        if job.passage.text[start : line.end].strip() == "---":
            blank = job.marks(heading.last - 1).rstrip()
            job.put(line.start, line.start, blank + "\n", "kept a rule from making a heading")
            job.unguarded.append((heading.start, line.end))


def fence_indented_code(job: RewriteJob) -> None:
    """Convert indented code to fenced code if the engine does not support it."""
    if job.dialect.indented_code:
        return
    for code in job.tree.find("code_block"):
        at = job.content_start(code.first)
        further = job.marks(code.first)
        runs = [len(run) for run in re.findall(r"`+", code.content)]
        mark = "`" * max(3, *(length + 1 for length in runs), 3)
        rows = [*code.content.rstrip("\n").split("\n"), mark]
        text = "\n".join([mark, *((further + row).rstrip() for row in rows)])
        job.claimed.add(code)
        job.put(at, code.end, text, "fenced indented code")


def rewrite_diagrams(job: RewriteJob) -> None:
    """Write Mermaid diagrams as the element that Mermaid's script expects."""
    if not job.dialect.mermaid_pre:
        return
    for fence in job.tree.find("fence"):
        if not is_diagram(fence) or fence.inside(*CONTAINER_NODES):
            continue
        text = html.escape(fence.content.rstrip("\n"), quote=False)
        for mark in job.dialect.guard_marks:
            text = text.replace(mark, f"&#{ord(mark[0])};{mark[1:]}")
        reason = "wrote a diagram for Mermaid"
        job.replace(fence, f'<pre class="mermaid">\n{text}\n</pre>', reason)


def end_teaser(job: RewriteJob) -> None:
    """End the teaser at the author's mark, or after the first paragraph of prose."""
    marks = [n for n in job.tree.find("html_block", "html") if _MORE.fullmatch(n.content.strip())]
    more = job.dialect.more
    if marks:
        first, top = marks[0], _outermost(marks[0])
        stays = bool(more) and top is first
        for mark in marks[1:] if stays else marks:
            _drop_mark(job, mark)
        if stays:
            job.replace(first, more, "" if more == TEASER_COMMENT else 'added a "read more" break')
        else:
            _put_more(job, top, more)
        _refuse_code_before(job, first)
    elif more and job.dialect.default_teaser:
        paragraph = _first_prose(job)
        if paragraph is not None:
            _put_more(job, paragraph, more)
            _refuse_code_before(job, paragraph)


def _drop_mark(job: RewriteJob, mark: Node) -> None:
    # Remove its line too, and one of two adjacent blank lines.
    job.claimed.add(mark)
    blank = job.passage.blank(mark.first - 1) or job.passage.blank(mark.last)
    if mark.kind == "html_block" and blank:
        job.edits.append(remove_lines(job.passage, mark.first, mark.last, _TEASER_REASON))
    else:
        job.put(mark.start, mark.end, "", _TEASER_REASON)


def _put_more(job: RewriteJob, block: Node, more: str) -> None:
    """End the teaser after the last line of a block that is not removed."""

    def is_removed(line: int) -> bool:
        leaf = job.tree.lines[line].leaf
        return leaf is not None and leaf.kind == "html_block" and leaf in job.claimed

    if more:
        last = block.last - 1
        while last > block.first and (job.passage.blank(last) or is_removed(last)):
            last -= 1
        end = job.passage.line_end(last)
        job.put(end, end, f"\n\n{more}", 'added a "read more" break')


def _outermost(node: Node) -> Node:
    while node.parent is not None and node.parent.kind != "root":
        node = node.parent
    return node


def _first_prose(job: RewriteJob) -> Node | None:
    blocks = [
        node
        for node in job.tree.root.children
        if node.kind not in {"footnote", "definition"} and job.is_free(node)
    ]
    marked = {mark.block for mark in block_ids(job.tree)}
    before = None
    for node in blocks[:-1]:
        picture = bool(node.children) and node.children[0].kind == "image"
        # An imported comment below a quote belongs to the quote.
        is_remark = before is not None and before.kind == "quote" and node in marked
        if node.kind == "paragraph" and not picture and not is_remark:
            return node
        before = node
    return None


def _refuse_code_before(job: RewriteJob, teaser_end: Node) -> None:
    """Refuse code in the teaser that contains the teaser mark, which would cut the post there."""
    more = job.dialect.more
    if not more or not job.dialect.more_in_code:
        return
    for code in job.tree.find("fence", "code_block", "code_span"):
        if code.start < teaser_end.start and more in code.content:
            raise job.refuse_code(
                code,
                f"contains {more}, which would cut the post there",
                "Put %% more %% before it, or change the mark.",
            )


# Callouts, `> [!note] Title`, become quotes that start with the title in bold.

CALLOUT_MARK = re.compile(r"\[!([^\]|\n]+)(?:\|[^\]\n]*)?\]([+-]?)[ \t]*")
_ALERTS = frozenset({"[!note]", "[!tip]", "[!important]", "[!warning]", "[!caution]"})
_ADMONITIONS = {
    **dict.fromkeys(("summary", "tldr"), "abstract"),
    **dict.fromkeys(("info", "todo"), "info"),
    **dict.fromkeys(("tip", "hint", "important"), "tip"),
    **dict.fromkeys(("success", "check", "done"), "success"),
    **dict.fromkeys(("question", "help", "faq"), "question"),
    **dict.fromkeys(("warning", "caution", "attention"), "warning"),
    **dict.fromkeys(("failure", "fail", "missing"), "failure"),
    **dict.fromkeys(("danger", "error"), "danger"),
    "bug": "bug",
    "example": "example",
    "quote": "quote",
    "cite": "quote",
    "note": "note",
}
_NAMES = {"faq": "FAQ", "tldr": "TL;DR", "todo": "To do"}
_CALLOUT_REASON = "wrote a callout as a quote with a bold title"


def callout(page_text: str, quote: Node) -> re.Match[str] | None:
    """Return the mark of a callout; None for a plain quote."""
    first = quote.children[0] if quote.children else None
    if quote.kind != "quote" or first is None or first.kind != "paragraph":
        return None
    if first.first != quote.first or not first.children:
        return None
    return CALLOUT_MARK.match(page_text, first.start, first.end)


def callout_title(kind: str) -> str:
    """Return the default title of a callout."""
    name = kind.strip().lower()
    return _NAMES.get(name, name.replace("-", " ").capitalize())


def rewrite_callouts(job: RewriteJob) -> None:
    """Rewrite callouts that the engine does not support. Must run before other rewriters."""
    for quote in job.tree.find("quote"):
        match = callout(job.passage.text, quote)
        if match is None:
            continue
        paragraph = quote.children[0]
        title, rest = _find_title(job.tree.text, paragraph, match.end())
        if job.dialect.admonitions and not _starts_item(quote):
            continue  # see `layout.py`
        bare = not title and match[0].strip().lower() in _ALERTS
        if job.dialect.alerts and bare and rest is not None:
            continue
        job.claimed.update(
            node
            for node in paragraph.walk()
            if node.start < match.end() and node.kind not in {"paragraph", "text"}
        )
        if not title:
            job.put(match.start(), match.end(2), f"**{callout_title(match[1])}**", _CALLOUT_REASON)
        elif any(node.kind in {"strong", "soft_break"} for top in title for node in top.walk()):
            job.put(match.start(), match.end(), "", _CALLOUT_REASON)
        else:
            job.put(match.start(), match.end(), "**", _CALLOUT_REASON)
            last = title[-1]
            end = last.start + len(job.tree.source(last).rstrip())
            job.put(end, last.end, "**")
        job.unguarded.append((paragraph.start, rest.start if rest else paragraph.end))
        if rest is not None:
            # Separate the title from the paragraph that follows.
            marks = job.marks(job.tree.line_of(rest.start))
            job.replace(rest, blank_line(marks), _CALLOUT_REASON)


def _starts_item(quote: Node) -> bool:
    """Whether a quote is the first block of a list item, which cannot be an admonition."""
    parent = quote.parent
    return parent is not None and parent.kind == "item" and parent.children[0] is quote


def admonition(text: str, quote: Node, *, foldable: bool) -> str | None:
    """Return the first line of an admonition for a callout; None for other quotes."""
    match = callout(text, quote)
    if match is None or _starts_item(quote):
        return None
    title, _ = _find_title(text, quote.children[0], match.end())
    words = text[match.end() : title[-1].end].strip() if title else ""
    kind = match[1].strip().lower()
    known = _ADMONITIONS.get(kind, kind if kind in _ADMONITIONS.values() else "note")
    mark = {"-": "???", "+": "???+"}.get(match[2], "!!!") if foldable else "!!!"
    return f'{mark} {known} "{words or callout_title(match[1])}"'


def _find_title(text: str, paragraph: Node, after: int) -> tuple[list[Node], Node | None]:
    """Return the nodes of the title, and the break after it unless only a block id follows."""
    title: list[Node] = []
    rest = None
    for node in paragraph.children:
        if node.kind in {"soft_break", "hard_break"}:
            rest = None if BLOCK_ID.fullmatch(text[node.end : paragraph.end]) else node
            break
        if node.end > after:
            title.append(node)
    if title and not BLOCK_ID.sub("", text[after : title[-1].end]).strip():
        title = []
    return title, rest


# Footnotes for engines without footnotes. The first pass writes references as superscript numbers,
# and adds an anchor and a link back to each note. The second moves the notes to a list at the end.

_LABEL = re.compile(r"\[\^[^\]]+\]:[ \t]*")
_ANCHOR = re.compile(r'<a id="fn-(\d+)"></a>')
_FOOTNOTE_REASON = "wrote footnotes as a list at the end, as the site has none"


def number_footnotes(job: RewriteJob) -> None:
    """Write each reference as a superscript number, and a link back at the end of its note."""
    numbers = _count_footnotes(job.tree)
    seen: dict[str, int] = {}
    for ref in job.tree.find("footnote_ref"):
        number = numbers[ref.info]
        seen[ref.info] = seen.get(ref.info, 0) + 1
        again = f"-{seen[ref.info]}" if seen[ref.info] > 1 else ""
        text = f'<sup id="fnref-{number}{again}"><a href="#fn-{number}">{number}</a></sup>'
        job.replace(ref, text, _FOOTNOTE_REASON)
    for note in reversed(job.tree.find("footnote")):
        if number := numbers.pop(note.info, 0):  # of duplicates, the last counts
            _link_back(job, note, number)


def list_footnotes(job: RewriteJob) -> None:
    """Move the notes to a list at the end, and remove notes without a reference."""
    tree, text = job.tree, job.passage.text
    noted = tree.find("footnote")
    if not noted:
        return
    for note in noted:
        job.claimed.update(note.walk())
        job.edits.append(remove_lines(job.passage, note.first, note.last, _FOOTNOTE_REASON))
    job.edits = separate_removals(job.edits)
    listed = [note for note in noted if _ANCHOR.search(tree.source(note))]
    listed.sort(key=lambda note: _number_of(tree, note))
    if listed:
        items = "\n".join(_list_item(job, note) for note in listed)
        section = f'\n\n<section class="footnotes">\n\n{items}\n\n</section>\n'
        job.put(len(text), len(text), section, _FOOTNOTE_REASON)


def _number_of(tree: Tree, note: Node) -> int:
    match = _ANCHOR.search(tree.source(note))
    return int(match[1]) if match else 0


def _count_footnotes(tree: Tree) -> dict[str, int]:
    """Number the referenced footnotes: first those in the text, then those in other footnotes."""
    refs = tree.find("footnote_ref")
    outside = [ref.info for ref in refs if not ref.inside("footnote")]
    inside = [ref.info for ref in refs if ref.inside("footnote")]
    labels = dict.fromkeys([*outside, *inside])
    return {label: number for number, label in enumerate(labels, 1)}


def _link_back(job: RewriteJob, note: Node, number: int) -> None:
    anchor = f'<a id="fn-{number}"></a>'
    back = f'<a href="#fnref-{number}">↩</a>'
    first, last = (note.children[at] if note.children else None for at in (0, -1))
    further = job.marks(note.first, note.start) + "    "
    label = _LABEL.match(job.passage.text, note.start)
    start = label.end() if label else note.start
    if first is not None and first.kind != "paragraph":
        anchor += blank_line(further)
    job.put(start, start, anchor)
    if last is not None and last.kind == "paragraph":
        job.put(last.end, last.end, f" {back}")
    else:
        end = job.passage.line_end(note.last - 1)
        job.put(end, end, f"{blank_line(further)}{back}" if last else f" {back}")


def _list_item(job: RewriteJob, note: Node) -> str:
    lines, _ = dedent_lines(job.passage, note, note.first, note.last)
    number = f"{_number_of(job.tree, note)}. "
    further = " " * len(number)
    first = number + _LABEL.sub("", lines[0], count=1)
    rest = [line[4:] if line.startswith("    ") else line.lstrip() for line in lines[1:]]
    return "\n".join([first, *(further + line if line.strip() else "" for line in rest)]).rstrip()
