r"""Formulas in LaTeX as one line of Unicode: `\frac{a}{b}` as a/b, `x_i^2` as xᵢ².

A formula that needs two dimensions, such as a matrix, or an unknown command, stays LaTeX source.
"""

# ruff: noqa: RUF001, RUF002 - mathematical symbols look like letters

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_LENGTH = 4_000  # characters; longer formulas are shown as source
MAX_DEPTH = 24

# Only characters that take one cell in a terminal and exist in common fonts.
_SYMBOLS = {
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
    *("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"),
    *("biggl", "biggr", "Biggl", "Biggr"),
]
_COMMANDS = {
    **_SYMBOLS,
    **_BIG,
    **{name: name for name in _FUNCTIONS},
    **_SPACES,
    **dict.fromkeys(_IGNORED, ""),
    # surrounded by spaces, as in LaTeX
    **{name: f" {sign} " for name, sign in (_RELATIONS | _OPERATORS).items()},
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
        *("text", "textrm", "textit", "textbf", "textsf", "texttt", "mbox", "operatorname"),
        *("mathrm", "mathit", "mathsf", "mathtt"),
    ]
)
_SUPERSCRIPTS = str.maketrans(
    "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ⊤∘′∗†",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡᵀ°′∗†",
)
_SUBSCRIPTS = str.maketrans(
    "0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
)

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\s+|.", re.DOTALL)
# A number, a letter with superscripts or subscripts, a word, or a call such as f(x) needs no
# parentheses.
_SINGLE = re.compile(
    "−?(?:\\d[\\d.]*%?|[^\\W\\d_][\u0300-\u036f\u1d2c-\u1d6a\u2032\u2070-\u209f\u20d7\xb2\xb3\xb9]*"
    r"|[A-Za-z]{3,}|∞|[^\W\d_]{0,3}\([^()]*\)|\|[^|]*\|)?"
)
_INNER_BLANKS = re.compile(r"(?<=[(\[⟨|]) +(?=[−\w])|(?<=[\w)]) +(?=[)\]⟩,;])")


@lru_cache(maxsize=512)
def formula_text(source: str) -> str:
    """Return a formula as one line of Unicode, or its source if that is not possible."""
    if len(source) > MAX_LENGTH:
        return source
    try:
        text = _FormulaReader(source).read()
    except ValueError:
        return source
    return _INNER_BLANKS.sub("", " ".join(text.split()))


class _FormulaReader:
    """Parses a formula; raises ValueError if it cannot be written on one line."""

    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)[::-1]
        self._depth = 0

    def read(self, end: str = "") -> str:
        """Parse up to and including the token `end`; "" means the end of the formula."""
        text = ""
        while (token := self._take()) != end:
            text += self._convert(token)
        return text

    def _take(self) -> str:
        return self._tokens.pop() if self._tokens else ""

    def _convert(self, token: str) -> str:
        self._depth += 1
        if self._depth > MAX_DEPTH or token in {"", "&", "}", "\\\\"}:
            raise ValueError(token)
        match token:
            case "{":
                text = self.read("}")
            case "_":
                text = _script(self._argument(), "_", _SUBSCRIPTS)
            case "^":
                text = _script(self._argument(), "^", _SUPERSCRIPTS)
            case "'":
                text = "′"
            case "-" | "*":
                text = _OPERATORS[token]
            case "~":
                text = " "
            case _:
                text = self._command(token[1:]) if token[0] == "\\" else token
        self._depth -= 1
        return text

    def _argument(self) -> str:
        token = self._take()
        while token.isspace():
            token = self._take()
        return self._convert(token)

    def _command(self, name: str) -> str:
        if name in _COMMANDS:
            return _COMMANDS[name]
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac":
                return f"{_grouped(self._argument())}/{_grouped(self._argument())}"
            case "sqrt":
                degree = ""
                if self._tokens and self._tokens[-1] == "[":
                    self._take()
                    degree = self.read("]").translate(_SUPERSCRIPTS)
                return f"{degree}√{_grouped(self._argument())}"
        if name in _UPRIGHT:
            return self._argument().replace("−", "-").replace("′", "'")
        if name in _ALPHABETS:
            return "".join(_letter(char, _ALPHABETS[name]) for char in self._argument())
        if name in _ACCENTS:
            accented = "".join(char + _ACCENTS[name] for char in self._argument())
            return unicodedata.normalize("NFC", accented)
        raise ValueError(name)


def _script(text: str, mark: str, table: dict[int, int]) -> str:
    """Return `text` in the superscripts or subscripts of `table`, or else after `mark`."""
    text = text.replace(" ", "")
    if all(ord(char) in table for char in text):
        return text.translate(table)
    return mark + _grouped(text)


def _grouped(text: str) -> str:
    """Put text in parentheses unless it is unambiguous without them."""
    text = text.strip()
    return text if _SINGLE.fullmatch(text) else f"({text})"


def _letter(char: str, style: str) -> str:
    """Return a letter in one of the mathematical alphabets: ℝ, ℒ, 𝐱."""
    if not (char.isascii() and char.isalnum()):
        return char
    case = "CAPITAL" if char.isupper() else "SMALL"
    old = {"FRAKTUR": "BLACK-LETTER"}.get(style, style)
    kind = f"DIGIT {unicodedata.name(char).split()[-1]}" if char.isdigit() else f"{case} {char}"
    # Unicode added the most common of these letters first, under other names.
    for name in (f"{old} {kind}", f"MATHEMATICAL {style} {kind}"):
        try:
            return unicodedata.lookup(name.upper())
        except KeyError:
            continue
    return char
