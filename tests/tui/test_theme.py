"""Colours: which theme is taken, and whether what is written in it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.color import Color

from notekeep.tui.styles import ROLES, get_role_styles
from notekeep.tui.theme import DARK, LIGHT, PALETTES, THEMES, choose_theme_name
from tests.support.screens import press, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

FAINT = {"faint", "open", "missed-day", "struck", "comment", "fold", "cursor-bar-blurred"}
"""What may be read and need not be; elsewhere text has the contrast that WCAG 2 asks for."""
LINES = {"rule", "embed-bar", "band-edge", *(f"level-{number}" for number in range(5))}
"""What is no text."""
DAYS = {*(f"day-{number}" for number in range(5)), "day-missed"}
"""Signs on the colour of a day; to miss a day is told by the sign."""

READABLE = [
    ("text", "page bar raised field cursor blurred add del missed", 7.0),
    ("bright", "page bar raised cursor hit add2 del2", 7.0),
    ("muted", "page bar raised cursor blurred field", 4.5),
    ("faint", "page bar", 3.0),
    ("amber", "page bar raised cursor", 4.5),
    ("gold", "page bar cursor", 4.5),
    ("link", "page bar raised cursor", 4.5),
    ("blue", "page bar cursor", 4.5),
    ("green", "page bar cursor", 4.5),
    ("coral", "page bar raised cursor", 4.5),
]
"""Which role is written on which surfaces, and the least contrast between them."""


@pytest.mark.parametrize("theme", list(PALETTES))
def test_every_palette_has_enough_contrast_on_each_surface_that_a_role_is_written_on(
    theme: str,
) -> None:
    palette = PALETTES[theme]
    low = [
        f"{role} on {surface}"
        for role, surfaces, least in READABLE
        for surface in surfaces.split()
        if _contrast(palette[role], palette[surface]) < least
    ]
    assert not low
    is_strong = "contrast" in theme
    assert _contrast(palette["line"], palette["page"]) >= (3.0 if is_strong else 1.4)
    assert not is_strong or min(_contrast(palette[role], palette["page"]) for role in HUES) >= 7.0


HUES = ("text", "bright", "muted", "amber", "gold", "link", "blue", "green", "coral")


@cases("theme", ["nord", "solarized-light", "dracula", "textual-light"], fast=1)
async def test_a_theme_of_textual_gets_roles_that_can_be_read(
    theme: str, make_app: MakeApp
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = theme
        await pilot.pause()
        ink = get_role_styles(app)
        page = app.get_css_variables()["background"]
        for role, least in (("muted", 4.5), ("faint", 3.0), ("key", 4.5), ("link", 4.5)):
            colour = ink.style(role).color
            assert colour is not None
            assert _contrast(colour.get_truecolor().hex, page) >= least, role


async def test_with_256_colours_surfaces_are_greys(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "256")
    app = make_app("browse")
    async with app.run_test(size=(80, 24)):
        for name in ("page", "bar", "raised", "cursor", "blurred", "line", "muted", "text"):
            red, green, blue = Color.parse(app.current_theme.variables[f"ink-{name}"]).rgb
            assert red == green == blue, name


def _contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in Color.parse(colour).rgb]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cases("theme", [theme.name for theme in THEMES], fast=1)
async def test_text_of_every_role_can_be_read(theme: str, make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = theme
        await pilot.pause()
        ink = get_role_styles(app)
        background = app.current_theme.background or ""
        for role in ROLES.keys() - LINES - DAYS:
            style = ink.style(role)
            if style.color is not None:
                hue = style.color.get_truecolor().hex
                ground = style.bgcolor.get_truecolor().hex if style.bgcolor else background
                is_strong = "contrast" in theme and ground == background
                least = 7.0 if is_strong else 3.0 if role in FAINT else 4.5
                assert _contrast(hue, ground) >= least, role


@pytest.mark.parametrize(
    ("background", "theme"), [("0;15", LIGHT), ("0;default;7", LIGHT), ("15;0", DARK), ("", DARK)]
)
def test_a_theme_that_nobody_chose_suits_the_background(background: str, theme: object) -> None:
    known = {one.name: one for one in THEMES}
    assert known[choose_theme_name("", known, {"COLORFGBG": background})] is theme
    assert (
        choose_theme_name("notekeep-contrast", known, {"COLORFGBG": background})
        == "notekeep-contrast"
    )


async def test_a_theme_is_tried_as_the_cursor_moves_and_escape_keeps_the_one_there_was(
    make_app: MakeApp,
) -> None:
    app = make_app("habits")
    async with app.run_test(size=(80, 24)) as pilot:
        before, kept = app.theme, app.place.theme
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "colon")
        await until(pilot, lambda: app.screen.focused is not None and len(app.screen_stack) == 2)
        type_text(app, "change theme")
        await until(pilot, lambda: shows(app, "with a preview"))
        await press(pilot, "enter")
        # notekeep's own stand first, the one that is used under the cursor.
        await until(pilot, lambda: shows(app, "current"))
        await press(pilot, "down")
        await until(pilot, lambda: app.theme == "notekeep-light")
        await press(pilot, "escape")
        await until(pilot, lambda: app.theme == before)
        assert app.place.theme == kept
        await press(pilot, "colon")
        await until(pilot, lambda: len(app.screen_stack) == 2 and app.screen.focused is not None)
        type_text(app, "change theme")
        await until(pilot, lambda: shows(app, "with a preview"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "current"))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.theme == app.place.theme == "notekeep-light"
