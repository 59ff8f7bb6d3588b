"""Formulas as one line of Unicode."""

# ruff: noqa: RUF001 - the signs of mathematics look like letters

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.tui.page.formulas import formula_text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("E = mc^2", "E = mc²"),
        (r"\alpha_i \le \beta^{n+1}", "αᵢ ≤ βⁿ⁺¹"),
        (r"x_{t+1} = x_t - \eta \nabla_\theta L(x_t)", "xₜ₊₁ = xₜ − η ∇_θ L(xₜ)"),
        (r"x^2_i", "x²ᵢ"),
        (r"\frac12", "1/2"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{2c}", "(a+b)/(2c)"),
        (r"P = \frac{f(x)}{g(x)}", "P = f(x)/g(x)"),
        (r"\frac{|A \cap B|}{|A|}", "|A ∩ B|/|A|"),
        (r"\sqrt{2}", "√2"),
        (r"\sqrt[3]{x+1}", "³√(x+1)"),
        (r"\sum_{i=1}^{n} i", "∑ᵢ₌₁ⁿ i"),
        (r"\lim_{x \to 0} f(x)", "lim_(x→0) f(x)"),
        (r"x \in \mathbb{R}^n", "x ∈ ℝⁿ"),
        (r"P(E \mid \neg H) > 0", "P(E ∣ ¬ H) > 0"),
        (r"10^{-3} \times 5\%", "10⁻³ × 5%"),
        (r"\text{where } x = -1", "where x = −1"),
        (r"f(x, -1)", "f(x, −1)"),
        (r"\left( \frac{a}{b} \right)^{10}", "(a/b)¹⁰"),
        (r"\text{non-empty }A", "non-empty A"),
        (r"\hat{y}", "ŷ"),
        (r"f'(x)", "f′(x)"),
        ("x^23", "x²3"),
    ],
)
def test_a_formula_in_a_line(source: str, shown: str) -> None:
    assert formula_text(source) == shown


@pytest.mark.parametrize(
    "source",
    [
        r"\alpha + \unheard{x}",
        "{",
        "a & b",
        r"\frac{a",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"a = b \\ c = d",
        "x^",
        r"\binom{n}{k}",
    ],
)
def test_what_needs_two_dimensions_or_is_unknown_stays_source(source: str) -> None:
    assert formula_text(source) == source


@given(st.text(alphabet=st.sampled_from("\\{}^_&$ ab1+-=()[]frcsqtlimeg\n'\""), max_size=40))
def test_nothing_a_person_types_breaks_it(source: str) -> None:
    text = formula_text(source)
    assert text == source or "\n" not in text


@pytest.mark.parametrize(("begin", "end"), [(r"\frac{1}{", "}"), (r"\hat", ""), ("x^{", "}")])
def test_a_formula_nested_without_end_is_left_alone(begin: str, end: str) -> None:
    deep = begin * 400 + "x" + end * 400
    assert formula_text(deep) == deep
