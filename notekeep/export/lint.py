"""What can be said of a draft without building its site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from notekeep.export import audit
from notekeep.markdown.nodes import LITERAL, parse_tree

if TYPE_CHECKING:
    from notekeep.export.plan import FileChange, Plan, PlannedPost
    from notekeep.markdown.nodes import Tree

_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|(?:^|\s)\^[\w-]+$|\[!private|nk[0-9a-f]{12}:", re.MULTILINE
)
_ADDRESS = re.compile(r"!\[[^\]]*\]\(<?([^)\s>]+)|<img\b[^>]*?\bsrc=\"([^\"]+)\"")


class Found(NamedTuple):
    """What one check says of one post."""

    post: str
    id: str
    name: str
    state: Literal["passed", "failed"]
    detail: str = ""


def lint(plan: Plan) -> list[Found]:
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
            _found(planned, "C19", "nothing private", _leaks(plan, file)),
            _found(planned, "C25", "nothing of the vault left over", _left_over(tree)),
        ]
    return found


def _found(planned: PlannedPost, number: str, name: str, problem: str) -> Found:
    return Found(planned.post.path, number, name, "failed" if problem else "passed", problem)


def _pictures(tree: Tree, files: dict[str, FileChange]) -> str:
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


def _leaks(plan: Plan, file: FileChange) -> str:
    leaving = audit.Leaving(file.path, file.after or b"", file.note)
    found = audit.leaks([leaving], plan.audit.needles, plan.audit.said)
    return f"it shows {found[0][1].what}" if found else ""


def _left_over(tree: Tree) -> str:
    for node in tree.find("text"):
        match = _LEFT_OVER.search(node.content)
        if match is not None and not node.inside(*LITERAL):
            return f"line {tree.line_of(node.start) + 1}: {match[0].strip()!r}"
    return ""
