"""What a page must show of a draft, and what can be said of the draft without building its site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from notekeep.export.audit import OutgoingFile, find_leaks
from notekeep.export.embeds import BLOCK_ID
from notekeep.export.rewrite.block_syntax import CALLOUT_MARK, callout, callout_title, is_diagram
from notekeep.markdown.nodes import LITERAL_NODES, parse_tree

if TYPE_CHECKING:
    from notekeep.export.audit import Audit
    from notekeep.export.draft import Draft
    from notekeep.export.plan import ExportPlan, PlannedPost, SiteChange
    from notekeep.export.references import Ref
    from notekeep.markdown.nodes import Node, Tree


_DOLLARS = re.compile(r"\$\d[\d.,]*\d|\$\d")
_TYPOGRAPHY = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\xa0": " ",
    }
)
_TASK = re.compile(r"\[(.)\]\s+(.*)", re.DOTALL)
_SHOWN_DIFFERENTLY = frozenset({"math", "math_double", "footnote_ref", "html", "image"})
_MORE = re.compile(r"<!--\s*more\s*-->")


def normalize_text(text: str) -> str:
    """Return text as pages are compared: typographic marks plain, blanks joined."""
    plain = text.translate(_TYPOGRAPHY).replace("--", "-").replace("--", "-")
    return " ".join(plain.split())


State = Literal["passed", "failed", "skipped"]


class CheckResult(NamedTuple):
    """What one check says of one post; skipped are those that the post gives nothing for."""

    post: str
    id: str
    name: str
    state: State
    detail: str = ""


@dataclass(slots=True)
class Expectation:
    """What a page has to show, as words to be found in it.

    Attributes:
        blocks: Code blocks at the margin, diagrams aside.
        nested: Code blocks within lists and quotes.
        tables: The cells' words, table by table.
        callouts: The titles of callouts.
        links: Words and target of links to notes.
        tasks: Words of tasks, and whether they are done.
        nesting: Words that begin list items, and how deep in lists they are.
        words: All that the draft says in plain words.
        teaser: The words before the end of the teaser, and the first words behind; None for none.
    """

    blocks: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)
    inline_tex: list[str] = field(default_factory=list)
    display_tex: list[str] = field(default_factory=list)
    dollars: list[str] = field(default_factory=list)
    footnotes: int = 0
    tables: list[list[str]] = field(default_factory=list)
    callouts: list[str] = field(default_factory=list)
    links: list[tuple[str, Ref]] = field(default_factory=list)
    tasks: list[tuple[str, bool]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    quotes: int = 0
    rules: int = 0
    pictures: int = 0
    nesting: list[tuple[str, int]] = field(default_factory=list)
    words: str = ""
    teaser: tuple[str, str] | None = None


def read_expectation(draft: Draft) -> Expectation:
    """Read a draft."""
    tree = draft.passage.tree
    found = Expectation()
    for node in tree.nodes:
        _add(found, tree, draft, node)
    referred = {node.info for node in tree.find("footnote_ref")}
    found.footnotes = len({n.info for n in tree.find("footnote")} & referred)
    found.words = "\n".join(node.content for node in tree.find("text", "special"))
    found.teaser = _teaser(tree)
    return found


def _add(  # noqa: C901, PLR0912  # one case a kind
    found: Expectation, tree: Tree, draft: Draft, node: Node
) -> None:
    match node.kind:
        case "fence" if is_diagram(node):
            found.diagrams.append(node.content)
        case "fence" | "code_block":
            nested = node.inside("item", "quote", "footnote")
            (found.nested if nested else found.blocks).append(node.content)
        case "code_span":
            found.spans.append(node.content)
        case "math":
            found.inline_tex.append(normalize_text(node.content))
        case "math_double" | "math_block":
            found.display_tex.append(normalize_text(node.content))
        case "text":
            found.dollars += _DOLLARS.findall(node.content)
        case "table":
            found.tables.append(
                [normalize_text(_words(cell)) for row in node.children for cell in row.children]
            )
        case "quote":
            _add_quote(found, tree, node)
        case "rule":
            found.rules += 1
        case "mark":
            found.marks.append(normalize_text(_words(node)))
        case "image":
            found.pictures += 1
        case "link":
            ref = draft.refs.get(node.info)
            if ref is not None and ref.kind == "note":
                found.links.append((normalize_text(_words(node)), ref))
        case "item":
            _add_item(found, node)


def _words(node: Node) -> str:
    """Return words without formulas and footnotes, which each site shows in its own way."""
    if node.kind in _SHOWN_DIFFERENTLY:
        return ""
    if node.children:
        return "".join(_words(child) for child in node.children)
    return node.plain()


def _add_quote(found: Expectation, tree: Tree, node: Node) -> None:
    found.quotes += 1
    match = callout(tree.text, node)
    if match is None:
        return
    words = []
    for child in node.children[0].children:
        if child.kind in {"soft_break", "hard_break"}:
            break
        words.append(_words(child))
    title = normalize_text(BLOCK_ID.sub("", CALLOUT_MARK.sub("", "".join(words), count=1)))
    found.callouts.append(title or callout_title(match[1]))


def _add_item(found: Expectation, node: Node) -> None:
    first = node.children[0] if node.children else None
    if first is None or first.kind != "paragraph" or node.inside("footnote"):
        return
    words = normalize_text(BLOCK_ID.sub("", _runs(first)[0]))
    match = _TASK.match(words)
    if match is not None:
        found.tasks.append((match[2], match[1] in "xX-"))
        words = match[2]
    depth = sum(1 for above in node.above() if above.kind == "list")
    found.nesting.append((words, depth))


def _runs(paragraph: Node) -> list[str]:
    """Return the words of a paragraph between its formulas, pictures and footnotes."""
    runs = [""]
    for child in paragraph.children:
        if any(below.kind in _SHOWN_DIFFERENTLY for below in child.walk()):
            runs.append("")
        else:
            runs[-1] += _words(child)
    return runs


def _teaser(tree: Tree) -> tuple[str, str] | None:
    blocks = tree.root.children
    for number, node in enumerate(blocks):
        if node.kind == "html_block" and _MORE.search(node.content):
            before, after = _longest_runs(blocks[:number]), _longest_runs(blocks[number:])
            return (before[-1], after[0]) if before and after else None
    return None


def _longest_runs(blocks: list[Node]) -> list[str]:
    paragraphs = (block for block in blocks if block.kind == "paragraph")
    runs = (normalize_text(max(_runs(paragraph), key=len)) for paragraph in paragraphs)
    return [run for run in runs if run]


# Without its site: what can be said of a draft as it is written.


_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|(?:^|\s)\^[\w-]+$|\[!private|nk[0-9a-f]{12}:", re.MULTILINE
)
_ADDRESS = re.compile(r"!\[[^\]]*\]\(<?([^)\s>]+)|<img\b[^>]*?\bsrc=\"([^\"]+)\"")


def lint_drafts(plan: ExportPlan, audit: Audit) -> list[CheckResult]:
    """Check the drafts of a plan as they are written."""
    files = {file.path: file for file in plan.files}
    found = []
    for planned in plan.posts:
        file = files.get(planned.path)
        if file is None or file.after is None:
            continue
        text = file.after.decode("utf-8", "replace")
        tree = parse_tree(text)
        found += [
            _found(planned, "C06", "pictures are there", _pictures(tree, files)),
            _found(planned, "C19", "nothing private", _leaks(audit, file)),
            _found(planned, "C25", "nothing of the vault left over", _left_over(tree)),
        ]
    return found


def _found(planned: PlannedPost, number: str, name: str, problem: str) -> CheckResult:
    return CheckResult(planned.post.path, number, name, "failed" if problem else "passed", problem)


def _pictures(tree: Tree, files: dict[str, SiteChange]) -> str:
    """Return the first picture that is no file of the plan; addresses on the web are not asked."""
    for node in tree.find("image", "html", "html_block"):
        match = _ADDRESS.match(tree.source(node))
        address = (match[1] or match[2]) if match else ""
        if not address or "://" in address or address.startswith(("data:", "//")):
            continue
        name = address.rsplit("/", 1)[-1]
        if not any(path.rsplit("/", 1)[-1] == name for path in files):
            return f"{address} is no file of the export"
    return ""


def _leaks(audit: Audit, file: SiteChange) -> str:
    leaving = OutgoingFile(file.path, file.after or b"", file.note)
    found = find_leaks([leaving], audit.private_terms, audit.public_text)
    return f"it shows {found[0].term.what}" if found else ""


def _left_over(tree: Tree) -> str:
    for node in tree.find("text"):
        match = _LEFT_OVER.search(node.content)
        if match is not None and not node.inside(*LITERAL_NODES):
            return f"line {tree.line_of(node.start) + 1}: {match[0].strip()!r}"
    return ""
