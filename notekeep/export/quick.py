"""The parser told to try only the rules that can match, by the first character of what it reads.

markdown-it-py tries every rule at every line and at every mark. Nearly all of them look at one
character first and give up; here that look is taken once for all of them. What comes out is the
same, token by token, which a test holds against the parser as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

# The package first: threads that begin with different parts of it would meet half of it.
import markdown_it  # noqa: F401 - see above
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.utils import EnvType

    BlockRule = Callable[[StateBlock, int, int, bool], bool]
    InlineRule = Callable[[StateInline, bool], bool]

_LINES = {
    "math_block": "$",
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*-+0123456789",
    "footnote_def": "[",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
"""What a line begins with for a rule of blocks to match; the rules that are not here look further:
`table` at the next line, `code` at the indent, `lheading` and `paragraph` at all lines."""

_MARKS = {
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "mark": "=",
    "emphasis": "*_",
    "wikilink": "[!",
    "link": "[",
    "image": "!",
    "footnote_inline": "^",
    "footnote_ref": "[",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
    "math_inline": "$",
}
"""What an inline rule begins with."""

_STOPS = re.compile(r"[\n$&*<\[\\\]_`]|!(?=\[)|=(?==)|~(?=~)|\^(?=\[)")
"""Where plain text ends: at what begins a rule, and at the bracket that ends a link's words."""


def hasten(md: MarkdownIt) -> None:
    """Have a parser take its way by first characters; its rules must be complete by now.

    Raises:
        ValueError: It has a rule that is not known here.
    """
    md.block = _Blocks(md.block)
    md.inline = _Inline(md.inline)


class _Blocks(ParserBlock):
    """The block parser with its rules by the first character of a line."""

    def __init__(self, slow: ParserBlock) -> None:
        self.ruler = slow.ruler
        active = [rule for rule in slow.ruler.__rules__ if rule.enabled]
        known = _LINES.keys() | _WRAPPED.keys() | {"paragraph"}
        _refuse_unknown((rule.name for rule in active), known)
        rules: dict[str, BlockRule] = {rule.name: rule.fn for rule in active}
        self._by_first = {first: _chain(rules, first) for first in "".join(_LINES.values())}
        self._others = _chain(rules, "")
        self._chains = {
            name: [_ending({rule.name: rule.fn for rule in active if name in rule.alt})]
            for name in {alt for rule in active for alt in rule.alt}
        }
        # The rules ask it what ends them.
        self.ruler.getRules = self._rules  # type: ignore[method-assign]

    def _rules(self, chainName: str = "") -> list[BlockRule]:  # noqa: N803  # the parser's name
        return self._chains.get(chainName, [])

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803  # the parser's names
        """Make the tokens of some lines, step by step as the parser does."""
        line, empty = startLine, False
        begins, shifts, ends = state.bMarks, state.tShift, state.eMarks
        nesting = state.md.options["maxNesting"]
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            if state.level >= nesting:
                state.line = endLine
                break
            self.step(state, line, endLine)
            state.tight = not empty
            line = state.line
            if line - 1 < endLine and begins[line - 1] + shifts[line - 1] >= ends[line - 1]:
                empty = True
            if line < endLine and begins[line] + shifts[line] >= ends[line]:
                empty = True
                line += 1
                state.line = line

    def step(self, state: StateBlock, line: int, end: int) -> None:
        """Make the tokens of the block that begins on a line, which is not blank."""
        first = state.src[state.bMarks[line] + state.tShift[line]]
        for rule in self._by_first.get(first, self._others):
            if rule(state, line, end, False):
                break


def first_block(md: MarkdownIt, state: StateBlock) -> None:
    """Make the tokens of the next block of a text, with a parser that was hastened."""
    line = state.line = state.skipEmptyLines(state.line)
    if line < state.lineMax and isinstance(md.block, _Blocks):
        md.block.step(state, line, state.lineMax)


def _chain(rules: dict[str, BlockRule], first: str) -> list[BlockRule]:
    """Return the rules that can match a line that begins with a character, in their order."""
    return [
        _WRAPPED[name](rule) if name in _WRAPPED else rule
        for name, rule in rules.items()
        if name not in _LINES or (first and first in _LINES[name])
    ]


def _table(rule: BlockRule) -> BlockRule:
    def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
        return _has_rule_below(state, start, end) and rule(state, start, end, silent)

    return table


def _has_rule_below(state: StateBlock, start: int, end: int) -> bool:
    """Whether the next line begins as the one that makes a table of two lines does."""
    below = start + 1
    if below >= end:
        return False
    at = state.bMarks[below] + state.tShift[below]
    return at < state.eMarks[below] and state.src[at] in "|-:"


def _code(rule: BlockRule) -> BlockRule:
    def code(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
        return state.sCount[start] - state.blkIndent >= 4 and rule(state, start, end, silent)

    return code


def _underlined(rule: BlockRule) -> BlockRule:
    def lheading(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
        below = start + 1
        if below < end and state.bMarks[below] + state.tShift[below] < state.eMarks[below]:
            return rule(state, start, end, silent)
        if state.sCount[start] - state.blkIndent < 4:
            # The rule leaves this behind where it finds nothing.
            state.parentType = "paragraph"
        return False

    return lheading


_WRAPPED: dict[str, Callable[[BlockRule], BlockRule]] = {
    "table": _table,
    "code": _code,
    "lheading": _underlined,
}


def _ending(rules: dict[str, BlockRule]) -> BlockRule:
    """Return one rule for all that can end a block of several lines."""
    table = rules.pop("table", None)
    by_first: dict[str, list[BlockRule]] = {}
    for name, rule in rules.items():
        for first in _LINES[name]:
            by_first.setdefault(first, []).append(rule)

    def ends(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
        if (
            table is not None
            and _has_rule_below(state, start, end)
            and table(state, start, end, silent)
        ):
            return True
        at = state.bMarks[start] + state.tShift[start]
        if at >= state.eMarks[start]:
            return False
        for rule in by_first.get(state.src[at], ()):  # noqa: SIM110  # it is asked of every line
            if rule(state, start, end, silent):
                return True
        return False

    return ends


class _Inline(ParserInline):
    """The inline parser with its rules by the character they begin with."""

    def __init__(self, slow: ParserInline) -> None:
        super().__init__()
        self.ruler, self.ruler2 = slow.ruler, slow.ruler2
        self.terminator_re = _STOPS
        active = [rule for rule in slow.ruler.__rules__ if rule.enabled]
        _refuse_unknown((rule.name for rule in active), _MARKS.keys() | {"text"})
        self._by_first: dict[str, list[InlineRule]] = {}
        for rule in active:
            for first in _MARKS.get(rule.name, ""):
                self._by_first.setdefault(first, []).append(rule.fn)
        self._afterwards = slow.ruler2.getRules("")

    def _step(self, state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # as the parser's rules
        """Take the step that the first rule which matches takes; False where none does."""
        found = _STOPS.search(state.src, state.pos)
        at = found.start() if found else state.posMax
        if at != state.pos:
            if not silent:
                state.append_pending(state.src[state.pos : at])
            state.pos = at
            return True
        for rule in self._by_first.get(state.src[at], ()):  # noqa: SIM110  # as above
            if rule(state, silent):
                return True
        return False

    def skipToken(self, state: StateInline) -> None:  # noqa: N802  # the parser's name
        """Step over one token without making it."""
        pos = state.pos
        if pos in state.cache:
            state.pos = state.cache[pos]
            return
        found = False
        if state.level < state.md.options["maxNesting"]:
            state.level += 1
            found = self._step(state, True)
            state.level -= 1
        else:
            state.pos = state.posMax
        if not found:
            state.pos += 1
        state.cache[pos] = state.pos

    def tokenize(self, state: StateInline) -> None:
        """Make the tokens of a text."""
        end, nesting = state.posMax, state.md.options["maxNesting"]
        while state.pos < end:
            if state.level < nesting and self._step(state, False):
                continue
            state.append_pending(state.src[state.pos])
            state.pos += 1
        if state.pending:
            state.pushPending()

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Make the tokens of a block's text; nearly every other text is plain."""
        if not tokens and _STOPS.search(src) is None:
            if src:
                tokens.append(Token("text", "", 0, content=src))
            return tokens
        state = StateInline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self._afterwards:
            rule(state)
        return state.tokens


def _refuse_unknown(names: Iterable[str], known: Iterable[str]) -> None:
    if unknown := set(names) - set(known):
        raise ValueError(f"nobody has said what {', '.join(sorted(unknown))} begin with")
