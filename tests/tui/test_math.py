"""Formulas as a person reads them."""

# ruff: noqa: RUF001 - the signs of mathematics look like letters

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from notekeep.tui.render.math import displayed, in_line


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("E = mc^2", "E = mc²"),
        (r"\alpha_i \le \beta^{n+1}", "αᵢ ≤ βⁿ⁺¹"),
        (r"x_{t+1} = x_t - \eta \nabla_\theta L(x_t)", "xₜ₊₁ = xₜ − η∇_θL(xₜ)"),
        (r"\frac12", "½"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{2c}", "(a + b)/(2c)"),
        (r"\sqrt{2}", "√2"),
        (r"\sqrt[3]{x+1}", "∛(x + 1)"),
        (r"\sum_{i=1}^{n} i", "∑ᵢ₌₁ⁿ i"),
        (r"\lim_{x \to 0} f(x)", "lim_(x→0) f(x)"),
        (r"x \in \mathbb{R}^n", "x ∈ ℝⁿ"),
        (r"P(E \mid \neg H) > 0", "P(E ∣ ¬H) > 0"),
        (r"10^{-3} \times 5\%", "10⁻³ × 5%"),
        (r"\text{where } x = -1", "where x = −1"),
        (r"\left( \frac{a}{b} \right)^{10}", "(a/b)¹⁰"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a, b; c, d)"),
        (r"\hat{y}", "ŷ"),
        (r"f'(x)", "f′(x)"),
        ("x^23", "x²3"),
    ],
)
def test_a_formula_in_a_line(source: str, shown: str) -> None:
    assert in_line(source) == shown


@pytest.mark.parametrize(
    "source", [r"\unheard{x}", "{", "a & b", r"\frac{a", r"\begin{strange}x\end{strange}", "x^"]
)
def test_what_is_not_known_stays_as_typed(source: str) -> None:
    assert in_line(source) == source
    assert displayed(source, 40) == (source,)


def test_a_fraction_alone_stands_over_its_denominator() -> None:
    assert displayed(r"P = \frac{a + b}{c}", 40) == (
        "     a + b",
        "P = ───────",
        "       c",
    )


def test_a_sum_has_its_limits_above_and_below() -> None:
    assert displayed(r"\sum_{i=1}^{n} x_i", 40) == (" n", " ∑  xᵢ", "i=1")


def test_a_matrix_and_cases_have_tall_brackets() -> None:
    assert displayed(r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", 40) == ("⎛a  b⎞", "⎝c  d⎠")
    cases = r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}"
    assert displayed(cases, 40) == ("f(x) = ⎧1  x > 0", "       ⎩0  else")


def test_equations_line_up_at_their_sign() -> None:
    source = r"\begin{aligned} a &= b + c \\ &= d \end{aligned}"
    assert displayed(source, 40) == ("a = b + c", "  = d")


def test_what_is_too_wide_goes_into_one_line() -> None:
    assert displayed(r"\frac{a + b + c + d}{e}", 8) == ("(a + b + c + d)/e",)


@given(st.text(alphabet=st.sampled_from("\\{}^_&$ ab1+-=()[]frcsqtlimeg\n'\""), max_size=40))
def test_nothing_a_person_types_breaks_it(source: str) -> None:
    assert isinstance(in_line(source), str)
    lines = displayed(source, 30)
    assert lines
    assert len(lines) == 1 or max(map(cell_len, lines)) <= max(30, *map(len, source.split("\n")))


def test_a_formula_nested_without_end_is_left_alone() -> None:
    deep = r"\frac{1}{" * 500 + "x" + "}" * 500
    assert in_line(deep) == deep
