"""What the commands of LaTeX are in Unicode: Greek, operators, alphabets, raised and lowered signs.

Only what takes one cell in a terminal and is in the common fonts; a command that is not here is
shown as it was typed.
"""

# ruff: noqa: RUF001, RUF002 - the signs of mathematics look like letters

from __future__ import annotations

import unicodedata

RELATIONS = {
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈",
    "equiv": "≡", "sim": "∼", "simeq": "≃", "cong": "≅", "propto": "∝", "ll": "≪", "gg": "≫",
    "in": "∈", "notin": "∉", "ni": "∋", "subset": "⊂", "supset": "⊃", "subseteq": "⊆",
    "supseteq": "⊇", "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←",
    "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftarrow": "⇐", "Leftrightarrow": "⇔",
    "implies": "⇒", "iff": "⇔", "mapsto": "↦", "longrightarrow": "⟶", "uparrow": "↑",
    "downarrow": "↓", "mid": "∣", "parallel": "∥", "perp": "⊥", "models": "⊨", "vdash": "⊢",
    "doteq": "≐", "coloneqq": "≔", "triangleq": "≜", "prec": "≺", "succ": "≻",
}  # fmt: skip
OPERATORS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "star": "⋆",
    "circ": "∘", "bullet": "•", "cup": "∪", "cap": "∩", "setminus": "∖", "wedge": "∧",
    "land": "∧", "vee": "∨", "lor": "∨", "oplus": "⊕", "ominus": "⊖", "otimes": "⊗", "odot": "⊙",
}  # fmt: skip
BIG = {
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "iiint": "∭", "oint": "∮",
    "bigcup": "⋃", "bigcap": "⋂", "bigvee": "⋁", "bigwedge": "⋀", "bigoplus": "⨁",
    "bigotimes": "⨂",
}  # fmt: skip
WORDS = frozenset(["lim", "limsup", "liminf", "max", "min", "sup", "inf", "argmax", "argmin", "Pr"])
"""Words that stand above or below what they are about."""
FUNCTIONS = frozenset(
    [
        *("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan"),
        *("sinh", "cosh", "tanh", "log", "ln", "lg", "exp"),
        *("det", "dim", "ker", "gcd", "deg", "arg", "hom"),
        *WORDS,
    ]
)
PLAIN = {
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
}  # fmt: skip
ESCAPED = {"{": "{", "}": "}", "%": "%", "$": "$", "#": "#", "&": "&", "_": "_", "|": "‖"}
SPACES = {",": " ", ":": " ", ";": " ", " ": " ", "!": "", "quad": "  ", "qquad": "    ", "~": " "}
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0305", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "underline": "\u0332",
}  # fmt: skip
ALPHABETS = {
    "mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "FRAKTUR",
    "mathbf": "BOLD", "boldsymbol": "BOLD", "bm": "BOLD",
}  # fmt: skip
UPRIGHT = frozenset(
    [
        *("text", "textrm", "textit", "textbf", "textsf", "texttt", "mbox"),
        *("mathrm", "mathit", "mathsf", "mathtt", "operatorname", "operatorname*"),
    ]
)
IGNORED = frozenset(
    [
        *("displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag"),
        *("big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"),
        *("biggl", "biggr", "Biggl", "Biggr"),
    ]
)

_RAISED = dict(zip("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾", strict=True)) | dict(
    zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)
)
_RAISED |= dict(zip("ABDEGHIJKLMNOPRTUVW", "ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ", strict=True))
_RAISED |= {
    "β": "ᵝ",
    "γ": "ᵞ",
    "δ": "ᵟ",
    "θ": "ᶿ",
    "φ": "ᵠ",
    "χ": "ᵡ",
    "′": "′",
    "*": "*",
    "∗": "*",
}
_RAISED |= {"⊤": "ᵀ", "†": "†", " ": "", "∘": "°"}
_LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True)) | dict(
    zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_LOWERED |= {"β": "ᵦ", "γ": "ᵧ", "ρ": "ᵨ", "φ": "ᵩ", "χ": "ᵪ", " ": ""}
FRACTIONS = {
    ("1", "2"): "½", ("1", "3"): "⅓", ("2", "3"): "⅔", ("1", "4"): "¼", ("3", "4"): "¾",
    ("1", "5"): "⅕", ("1", "6"): "⅙", ("1", "8"): "⅛", ("3", "8"): "⅜", ("5", "8"): "⅝",
    ("7", "8"): "⅞",
}  # fmt: skip


def raised(text: str) -> str | None:
    """Return `text` as superscripts, or None when one of its characters has none."""
    return _mapped(text, _RAISED)


def lowered(text: str) -> str | None:
    """Return `text` as subscripts, or None when one of its characters has none."""
    return _mapped(text, _LOWERED)


def _mapped(text: str, table: dict[str, str]) -> str | None:
    if not text or any(char not in table for char in text):
        return None
    return "".join(table[char] for char in text)


def in_alphabet(text: str, command: str) -> str:
    """Return the letters of `text` in one of the alphabets of mathematics: ℝ, ℒ, 𝐱.

    Args:
        text: What stands between the braces.
        command: One of ALPHABETS.
    """
    return "".join(_letter(char, ALPHABETS[command]) for char in text)


def _letter(char: str, style: str) -> str:
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
