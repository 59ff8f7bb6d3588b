"""A habit's year as a picture in a post: `![[habits/meditate#year]]`.

The picture is a scalable SVG for light and dark pages. Days differ by shape as well as by shade,
and an alt text describes the year in a sentence. It contains only the status of each day, and no
text from the log.
"""

from __future__ import annotations

from datetime import date
from xml.sax.saxutils import escape

from notekeep import dates
from notekeep.export.source import HeatmapPicture
from notekeep.habits.summary import Cell
from notekeep.tracking.habit_details import Calendar, load_habit_year
from notekeep.tracking.tracker import HabitIndex

_STEP, _SIZE = 13, 11
_LEFT, _TOP = 30, 20
_STYLE = """
text{font:10px system-ui,sans-serif;fill:#57606a}
.l0{fill:#e9e6de}.l1{fill:#b9d9ee}.l2{fill:#6fb0da}.l3{fill:#2c7fb8}.l4{fill:#0b3c6f}
.m{fill:none;stroke:#8c919b}
@media(prefers-color-scheme:dark){text{fill:#9299a6}
.l0{fill:#1c2128}.l1{fill:#0b3c6f}.l2{fill:#1467a8}.l3{fill:#4aa3df}.l4{fill:#b5e3ff}
.m{stroke:#666d7a}}
""".strip()


def draw_habit_year(index: HabitIndex, path: str, heading: str) -> HeatmapPicture | None:
    """Draw the year named in an embed's heading; None if there is no such habit or year."""
    year = load_habit_year(index, path, heading)
    if year is None:
        return None
    name = f"{path.removesuffix('.md')}-{year.year}.svg"
    svg = _svg(year.sentence, year.calendar, year.today)
    return HeatmapPicture(name, year.sentence, svg.encode())


def _svg(alt: str, calendar: Calendar, today: date) -> str:
    """Draw a year: weeks from left to right, the first day of the week on top."""
    width = _LEFT + _STEP * len(calendar.columns)
    height = _TOP + _STEP * 7
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-labelledby="t">',
        f'<title id="t">{escape(alt)}</title>',
        f"<style>{_STYLE}</style>",
    ]
    for column, month in calendar.months:
        x = _LEFT + _STEP * column
        parts.append(f'<text x="{x}" y="{_TOP - 7}">{dates.MONTHS[month - 1]}</text>')
    for row in (0, 2, 4):
        name = dates.WEEKDAYS[(calendar.week_start + row) % 7][:3].capitalize()
        parts.append(f'<text x="0" y="{_TOP + _STEP * row + 9}">{name}</text>')
    for column, squares in enumerate(calendar.columns):
        for row, square in enumerate(squares):
            if square is not None:
                parts.append(_square(square, _LEFT + _STEP * column, _TOP + _STEP * row, today))
    return "\n".join([*filter(None, parts), "</svg>", ""])


def _square(square: Cell, x: int, y: int, today: date) -> str:
    """Draw a day: shaded by level, hollow if missed, a dot if the habit is inactive."""
    if square.status == "future" or square.day > today:
        return ""
    if square.status == "off":
        middle = _SIZE // 2
        return f'<circle class="l0" cx="{x + middle}" cy="{y + middle}" r="1.5"/>'
    if square.mark == "missed":
        size = _SIZE - 4
        return f'<rect class="m" x="{x + 2}" y="{y + 2}" width="{size}" height="{size}" rx="2"/>'
    return (
        f'<rect class="l{square.level}" x="{x}" y="{y}" width="{_SIZE}" height="{_SIZE}" rx="2"/>'
    )
