r"""Formulas in LaTeX as one line of Unicode: `\frac{a}{b}` as a/b, `x_i^2` as xᵢ².

What the tables cannot say, such as a command that is not in them, is shown as it was typed.
"""

# ruff: noqa: RUF001, RUF002 - the signs of mathematics look like letters

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

MAX_LENGTH = 4_000  # characters of a formula that are read; a longer one is shown as typed
MAX_DEPTH = 24

# Only signs that take one cell in a terminal and that common fonts have.
_PLAIN = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "varpi": "ϖ",
    "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ",
    "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
    "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "infty": "∞", "partial": "∂", "nabla": "∇", "forall": "∀", "exists": "∃", "nexists": "∄",
    "emptyset": "∅", "varnothing": "∅", "neg": "¬", "lnot": "¬", "angle": "∠", "degree": "°",
    "prime": "′", "hbar": "ℏ", "ell": "ℓ", "Re": "ℜ", "Im": "ℑ", "aleph": "ℵ", "wp": "℘",
    "top": "⊤", "bot": "⊥", "therefore": "∴", "because": "∵", "checkmark": "✓", "dagger": "†",
    "ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "square": "□",
    "blacksquare": "■", "qed": "∎", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉", "vert": "|", "lvert": "|", "rvert": "|", "Vert": "‖",
    "lVert": "‖", "rVert": "‖", "colon": ":", "lbrace": "{", "rbrace": "}", "backslash": "\\",
    "pounds": "£", "euro": "€", "S": "§",
    "{": "{", "}": "}", "%": "%", "$": "$", "#": "#", "&": "&", "_": "_", "|": "‖",
}  # fmt: skip
_RELATIONS = {
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈",
    "equiv": "≡", "sim": "∼", "simeq": "≃", "cong": "≅", "propto": "∝", "ll": "≪", "gg": "≫",
    "in": "∈", "notin": "∉", "ni": "∋", "subset": "⊂", "supset": "⊃", "subseteq": "⊆",
    "supseteq": "⊇", "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←",
    "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftarrow": "⇐", "Leftrightarrow": "⇔",
    "implies": "⇒", "iff": "⇔", "mapsto": "↦", "longrightarrow": "⟶", "uparrow": "↑",
    "downarrow": "↓", "mid": "∣", "parallel": "∥", "perp": "⊥", "models": "⊨", "vdash": "⊢",
    "doteq": "≐", "coloneqq": "≔", "triangleq": "≜", "prec": "≺", "succ": "≻",
    "=": "=", "<": "<", ">": ">",
}  # fmt: skip
_OPERATORS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "star": "⋆",
    "circ": "∘", "bullet": "•", "cup": "∪", "cap": "∩", "setminus": "∖", "wedge": "∧",
    "land": "∧", "vee": "∨", "lor": "∨", "oplus": "⊕", "ominus": "⊖", "otimes": "⊗", "odot": "⊙",
    "+": "+", "-": "−", "*": "∗",
}  # fmt: skip
_BIG = {
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "iiint": "∭", "oint": "∮",
    "bigcup": "⋃", "bigcap": "⋂", "bigvee": "⋁", "bigwedge": "⋀", "bigoplus": "⨁",
    "bigotimes": "⨂",
}  # fmt: skip
_FUNCTIONS = [
    *("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan"),
    *("sinh", "cosh", "tanh", "log", "ln", "lg", "exp", "det", "dim", "ker", "gcd", "deg", "arg"),
    *("hom", "lim", "limsup", "liminf", "max", "min", "sup", "inf", "argmax", "argmin", "Pr"),
]
_SPACES = {",": " ", ":": " ", ";": " ", " ": " ", "!": "", "quad": "  ", "qquad": "    "}
_IGNORED = [
    *("displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag"),
    *("big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"),
    *("biggl", "biggr", "Biggl", "Biggr"),
]
_SIGNS = {
    name: (sign, kind)
    for kind, table in (
        ("plain", _PLAIN),
        ("relation", _RELATIONS),
        ("operator", _OPERATORS),
        ("function", _BIG),
        ("function", {name: name for name in _FUNCTIONS}),
        ("space", _SPACES),
        ("space", dict.fromkeys(_IGNORED, "")),
    )
    for name, sign in table.items()
}
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0305", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "underline": "\u0332",
}  # fmt: skip
_ALPHABETS = {
    "mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "FRAKTUR",
    "mathbf": "BOLD", "boldsymbol": "BOLD", "bm": "BOLD",
}  # fmt: skip
_UPRIGHT = frozenset(
    [
        *("text", "textrm", "textit", "textbf", "textsf", "texttt", "mbox"),
        *("mathrm", "mathit", "mathsf", "mathtt"),
    ]
)
_ENVIRONMENTS = {
    "pmatrix": ("(", ", ", ")"), "bmatrix": ("[", ", ", "]"), "Bmatrix": ("{", ", ", "}"),
    "vmatrix": ("|", ", ", "|"), "Vmatrix": ("‖", ", ", "‖"), "cases": ("{", ", ", ""),
} | dict.fromkeys(
    [
        *("matrix", "smallmatrix", "array", "aligned", "align", "align*"),
        *("split", "gathered", "gather", "equation", "equation*"),
    ],
    ("", " ", ""),
)  # fmt: skip
"""What stands before, between and after the cells; a semicolon stands between rows."""
_ROOTS = {"": "√", "3": "∛", "4": "∜"}
_FRACTIONS = {
    "1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "1/6": "⅙", "1/8": "⅛",
    "3/8": "⅜", "5/8": "⅝", "7/8": "⅞",
}  # fmt: skip
_RAISED = str.maketrans(
    "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ⊤∘′∗†",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡᵀ°′∗†",
)
_LOWERED = str.maketrans(
    "0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
)

_TOKEN = re.compile(r"\\(?:operatorname\*|[A-Za-z]+|.)|\s+|.", re.DOTALL)
# A number, a letter with what is raised and lowered beside it, a word, or a call as f(x).
_SINGLE = re.compile(
    "−?(?:\\d[\\d.]*%?|[^\\W\\d_][\u0300-\u036f\u1d2c-\u1d6a\u2032\u2070-\u209f\u20d7\xb2\xb3\xb9]*"
    r"|[A-Za-z]{3,}|∞|[^\W\d_]{0,3}\([^()]*\)|\|[^|]*\|)?"
)
_TIGHT_AFTER = frozenset("([{⟨⌊⌈|∥,;:")


class _Unreadable(Exception):
    """The tables cannot say the formula."""


class _Part(NamedTuple):
    text: str
    kind: str = "plain"  # one of "plain", "relation", "operator", "function" and "space"


@lru_cache(maxsize=512)
def formula_text(source: str) -> str:
    """Return a formula in one line; as typed when it cannot be read."""
    if len(source) > MAX_LENGTH:
        return source
    try:
        return _FormulaReader(source).row("").strip()
    except _Unreadable:
        return source


class _FormulaReader:
    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        word = self._next
        self._at += 1
        return word

    def row(self, *ends: str) -> str:
        """Read up to one of `ends`, which is left; "" is the end of the formula."""
        parts: list[_Part] = []
        self._skip_blanks()
        while self._next not in ends:
            if self._next in {"^", "_", "'"}:
                base = parts.pop() if parts else _Part("")
                parts.append(base._replace(text=base.text + self._scripts()))
            else:
                parts.append(self._part())
            self._skip_blanks()
        return _beside(parts)

    def _part(self) -> _Part:
        self._depth += 1
        word = self._take()
        if self._depth > MAX_DEPTH or word in {"", "&", "}"}:
            raise _Unreadable
        if word == "{":
            part = _Part(self._rest("}"))
        elif word == "\\\\":
            part = _Part("; ")
        elif word.startswith("\\"):
            part = self._command(word[1:])
        elif word == ",":
            part = _Part(", ")
        elif word in {"=", "<", ">", "+", "-", "*"}:
            part = _Part(*_SIGNS[word])
        else:
            part = _Part(word.replace("~", " "))
        self._depth -= 1
        return part

    def _rest(self, end: str) -> str:
        text = self.row(end).strip()
        self._take()
        return text

    def _skip_blanks(self) -> None:
        while self._next.isspace():
            self._take()

    def _argument(self) -> str:
        self._skip_blanks()
        if self._next in {"^", "_", "'"}:
            raise _Unreadable
        return self._part().text

    def _words(self) -> str:
        """Read an argument as text, braces inside it kept."""
        self._skip_blanks()
        depth, words = 0, ""
        while word := self._take():
            depth += (word == "{") - (word == "}")
            words += word.replace("\\ ", " ")
            if depth == 0:
                return words[1:-1] if words[0] == "{" else words
        raise _Unreadable

    def _scripts(self) -> str:
        down = up = ""
        while (mark := self._next) in {"^", "_", "'"}:
            self._take()
            if mark == "_":
                down += self._argument()
            else:
                up += "′" if mark == "'" else self._argument()
        return _script(down, "_", _LOWERED) + _script(up, "^", _RAISED)

    def _command(self, name: str) -> _Part:
        if name in _SIGNS:
            return _Part(*_SIGNS[name])
        if name in _UPRIGHT:
            return _Part(self._words())
        if name in {"operatorname", "operatorname*"}:
            return _Part(self._words(), "function")
        if name == "not":
            return _Part(_accented(self._argument(), "\u0338"), "relation")
        if name in {"tag", "label"}:
            self._words()
            return _Part("")
        return _Part(self._group(name))

    def _group(self, name: str) -> str:
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac":
                text = f"{_grouped(self._argument())}/{_grouped(self._argument())}"
                return _FRACTIONS.get(text, text)
            case "binom":
                return f"({self._argument()}; {self._argument()})"
            case "pmod":
                return f"(mod {self._argument()})"
            case "sqrt":
                return self._root()
            case "left":
                return self._delimiter() + self._rest("\\right") + self._delimiter()
            case "begin":
                return self._environment()
        if name in _ALPHABETS:
            return "".join(_letter(char, _ALPHABETS[name]) for char in self._argument())
        if name in _ACCENTS:
            return _accented(self._argument(), _ACCENTS[name])
        raise _Unreadable

    def _root(self) -> str:
        degree = ""
        if self._next == "[":
            self._take()
            degree = self._rest("]")
        return (_ROOTS.get(degree) or f"{degree.translate(_RAISED)}√") + _grouped(self._argument())

    def _delimiter(self) -> str:
        self._skip_blanks()
        word = self._take()
        if word.startswith("\\"):
            return _PLAIN.get(word[1:], word)
        return "" if word == "." else word

    def _environment(self) -> str:
        name = self._words()
        if name not in _ENVIRONMENTS:
            raise _Unreadable
        if name == "array":
            self._words()
        left, between, right = _ENVIRONMENTS[name]
        separators = {"&": between, "\\\\": "; "}
        text = ""
        while True:
            text += self.row("\\end", *separators).strip()
            mark = self._take()
            if mark == "\\end":
                break
            text += separators[mark]
        if self._words() != name:
            raise _Unreadable
        return left + " ".join(text.removesuffix("; ").split()) + right


def _beside(parts: list[_Part]) -> str:
    """Join parts, with blanks around what has two sides."""
    line = before = ""
    for text, kind in parts:
        if not text:
            continue
        last = line.rstrip()[-1:]
        if kind in {"relation", "operator"}:
            # An operator at the beginning, or after another sign, belongs to what follows it.
            is_signed = before in {"relation", "operator"} or not last or last in _TIGHT_AFTER
            if kind == "operator" and is_signed:
                line += text
                before = "plain"
            else:
                line = f"{line.rstrip()} {text} "
                before = kind
            continue
        if (kind == "function" and (last.isalnum() or last in {")", "]"})) or (
            before == "function" and (text[0] not in "([{ ⟨|," or last == ")")
        ):
            line = f"{line.rstrip()} "
        line += text
        before = kind
    return line


def _script(text: str, mark: str, table: dict[int, int]) -> str:
    """Return `text` as signs of their own where there are any for it, else after its mark."""
    text = text.replace(" ", "")
    if all(ord(char) in table for char in text):
        return text.translate(table)
    return mark + _grouped(text)


def _grouped(text: str) -> str:
    """Put text in parentheses unless nobody could take its parts for anything else."""
    text = text.strip()
    return text if _SINGLE.fullmatch(text) else f"({text})"


def _accented(text: str, mark: str) -> str:
    return unicodedata.normalize("NFC", "".join(char + mark for char in text))


def _letter(char: str, style: str) -> str:
    """Return a letter in one of the alphabets of mathematics: ℝ, ℒ, 𝐱."""
    if not (char.isascii() and char.isalnum()):
        return char
    case = "CAPITAL" if char.isupper() else "SMALL"
    old = {"FRAKTUR": "BLACK-LETTER"}.get(style, style)
    kind = f"DIGIT {unicodedata.name(char).split()[-1]}" if char.isdigit() else f"{case} {char}"
    # The commonest of these letters are older than the rest and have names of their own.
    for name in (f"{old} {kind}", f"MATHEMATICAL {style} {kind}"):
        try:
            return unicodedata.lookup(name.upper())
        except KeyError:
            continue
    return char
