"""Draws the sample vault's pictures into `attachments/`, the same ones every time.

    python vault/.make/pictures.py [FOLDER]

Needs Pillow. Everything is drawn at four times its size and scaled down, which is what makes lines
smooth; chance is seeded. One picture carries camera metadata on purpose, with a place, so that an
export has something to take out.
"""

from __future__ import annotations

import math
import random
import sys
from heapq import heappop, heappush
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]

SCALE = 4
PAPER: Colour = (251, 248, 241)
INK: Colour = (38, 50, 62)
GREY: Colour = (196, 198, 196)
FAINT: Colour = (233, 230, 221)
DEEP: Colour = (11, 60, 111)
BLUE: Colour = (20, 103, 168)
SKY: Colour = (74, 163, 223)
ICE: Colour = (181, 227, 255)
RED: Colour = (213, 94, 0)
SAND: Colour = (240, 196, 120)


class Sheet:
    """A picture under way, measured in the pixels it will have at the end."""

    def __init__(self, width: int, height: int, paper: Colour = PAPER) -> None:
        self.size = (width, height)
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), paper)
        self.draw = ImageDraw.Draw(self.image)

    def box(
        self,
        corners: tuple[float, float, float, float],
        fill: Colour | None = None,
        outline: Colour | None = None,
        width: float = 1,
        radius: float = 0,
    ) -> None:
        self.draw.rounded_rectangle(
            [value * SCALE for value in corners],
            radius * SCALE,
            fill,
            outline,
            round(width * SCALE) if outline else 0,
        )

    def disc(self, centre: Point, radius: float, fill: Colour) -> None:
        x, y = centre
        edges = (x - radius, y - radius, x + radius, y + radius)
        self.draw.ellipse([value * SCALE for value in edges], fill)

    def line(self, points: list[Point], colour: Colour, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, colour, round(width * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc((x, y), width / 2, colour)

    def shape(self, points: list[Point], fill: Colour) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill)

    def text(
        self, at: Point, words: str, size: float, colour: Colour = INK, anchor: str = "mm"
    ) -> None:
        font = ImageFont.load_default(size * SCALE)
        self.draw.text((at[0] * SCALE, at[1] * SCALE), words, colour, font, anchor)

    def finish(self) -> Image.Image:
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def mix(here: Colour, there: Colour, share: float) -> Colour:
    """A colour on the way from one to another."""
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(here, there, strict=True))
    return red, green, blue


def few_colours(image: Image.Image, count: int) -> Image.Image:
    """The same picture with a palette: flat drawings become a third of the size."""
    return image.quantize(count, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def habit_loop() -> Image.Image:
    """Four stations on a ring; the last one points back to the first."""
    sheet = Sheet(640, 400)
    centre, radius = (320.0, 200.0), 132.0
    stations = (
        ("cue", "the kettle clicks", ICE),
        ("craving", "a door out", SKY),
        ("response", "one cup", BLUE),
        ("reward", "ten quiet minutes", SAND),
    )
    for number in range(4):
        begin, end = -90 + number * 90 + 33, -90 + (number + 1) * 90 - 33
        arc = [on_circle(centre, radius, begin + (end - begin) * k / 24) for k in range(25)]
        sheet.line(arc, INK if number < 3 else RED, 5)
        arrow_head(sheet, arc[-1], math.radians(end + 90), INK if number < 3 else RED)
    for number, (name, example, colour) in enumerate(stations):
        x, y = on_circle(centre, radius, -90 + number * 90)
        sheet.disc((x, y), 58, PAPER)
        sheet.disc((x, y), 50, colour)
        words = PAPER if colour == BLUE else INK
        sheet.text((x, y - 4), name, 17, words)
        if number in {0, 2}:
            sheet.text((x, y + 14), example, 9.5, words)
        elif number == 1:
            sheet.text((x + 64, y), example, 13, INK, "lm")
        else:
            sheet.text((x - 64, y), example, 13, INK, "rm")
    sheet.text((centre[0], centre[1] - 8), "every round", 13)
    sheet.text((centre[0], centre[1] + 10), "makes the next one easier", 13)
    return few_colours(sheet.finish(), 128)


def on_circle(centre: Point, radius: float, degrees: float) -> Point:
    angle = math.radians(degrees)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def arrow_head(sheet: Sheet, tip: Point, direction: float, colour: Colour) -> None:
    length, half = 15.0, 8.0
    ahead = (tip[0] + length * math.cos(direction), tip[1] + length * math.sin(direction))
    across = (half * math.cos(direction + math.pi / 2), half * math.sin(direction + math.pi / 2))
    left = (tip[0] + across[0], tip[1] + across[1])
    right = (tip[0] - across[0], tip[1] - across[1])
    sheet.shape([ahead, left, right], colour)


def bayes_area() -> Image.Image:
    """One square of people: 1 % have the condition; 90 % and 9 % of the two parts test positive."""
    sheet = Sheet(640, 420)
    left, top, side = 60.0, 40.0, 330.0
    strip = side * 0.01
    right, bottom = left + side, top + side
    sheet.box((left, top, right, bottom), FAINT)
    sheet.box((left + strip, bottom - side * 0.09, right, bottom), SKY)
    sheet.box((left, top, left + strip, bottom), SAND)
    sheet.box((left, bottom - side * 0.9, left + strip, bottom), DEEP)
    sheet.box((left, top, right, bottom), None, INK, 1.5)
    sheet.line([(left + strip, top), (left + strip, bottom)], INK, 0.6)
    for share in range(0, 101, 10):
        y = bottom - side * share / 100
        sheet.line([(left - 5, y), (left, y)], INK, 1)
        if share % 50 == 0:
            sheet.text((left - 10, y), f"{share} %", 11, INK, "rm")
    sheet.text(((left + right) / 2, (top + bottom) / 2 - 20), "healthy, test negative", 14)
    sheet.text(((left + right) / 2, bottom - side * 0.045), "healthy, test positive: 8.9 %", 13)
    sheet.text((left + strip / 2 + 2, top - 14), "1 % ill", 12, INK, "lm")
    x = right + 46
    sheet.text((x, 92), "all positive tests", 14, INK, "lm")
    whole, ill = 300.0, 300.0 * 0.009 / 0.0981
    sheet.box((x, 112, x + 40, 112 + whole), SKY)
    sheet.box((x, 112 + whole - ill, x + 40, 112 + whole), DEEP)
    sheet.box((x, 112, x + 40, 112 + whole), None, INK, 1.5)
    sheet.text((x + 52, 112 + (whole - ill) / 2), "false alarms", 13, INK, "lm")
    sheet.text((x + 52, 112 + whole - ill / 2 - 8), "ill:", 13, DEEP, "lm")
    sheet.text((x + 52, 112 + whole - ill / 2 + 8), "9 of 98", 13, DEEP, "lm")
    return few_colours(sheet.finish(), 128)


def grid_search() -> Image.Image:
    """A* on a grid with walls: what it looked at, how late, and the path it found."""
    columns, rows, cell = 24, 16, 24
    wall = grid_walls(columns, rows)
    start, goal = (2, 8), (21, 6)
    order, path = grid_path(start, goal, wall, columns, rows)
    sheet = Sheet(columns * cell + 24, rows * cell + 24)
    for x in range(columns):
        for y in range(rows):
            corner = (12 + x * cell + 1, 12 + y * cell + 1)
            box = (*corner, corner[0] + cell - 2, corner[1] + cell - 2)
            if (x, y) in wall:
                sheet.box(box, INK, radius=3)
            elif (x, y) in order:
                late = order[x, y] / max(1, len(order) - 1)
                sheet.box(box, mix(ICE, SKY, late), radius=3)
            else:
                sheet.box(box, FAINT, radius=3)
    middle = [(12 + (x + 0.5) * cell, 12 + (y + 0.5) * cell) for x, y in path]
    sheet.line(middle, PAPER, 9)
    sheet.line(middle, RED, 5)
    for at, name in ((middle[0], "S"), (middle[-1], "G")):
        sheet.disc(at, 12, RED)
        sheet.text(at, name, 14, PAPER)
    return few_colours(sheet.finish(), 128)


def grid_walls(columns: int, rows: int) -> set[tuple[int, int]]:
    bars = [(7, 3, 7, 12), (4, 3, 7, 3), (12, 0, 12, 6), (12, 10, 12, 15), (17, 4, 17, 13)]
    bars += [(17, 4, 19, 4), (14, 13, 17, 13)]
    return {
        (x, y)
        for x1, y1, x2, y2 in bars
        for x in range(x1, x2 + 1)
        for y in range(y1, y2 + 1)
        if x < columns and y < rows
    }


def grid_path(
    start: tuple[int, int],
    goal: tuple[int, int],
    wall: set[tuple[int, int]],
    columns: int,
    rows: int,
) -> tuple[dict[tuple[int, int], int], list[tuple[int, int]]]:
    """In which order places were settled, and the path; steps cost 1, ties go to the nearer."""

    def guess(place: tuple[int, int]) -> int:
        return abs(place[0] - goal[0]) + abs(place[1] - goal[1])

    queue = [(guess(start), guess(start), start)]
    cost = {start: 0}
    parent: dict[tuple[int, int], tuple[int, int]] = {}
    order: dict[tuple[int, int], int] = {}
    while queue:
        _, _, here = heappop(queue)
        if here in order:
            continue
        order[here] = len(order)
        if here == goal:
            break
        for dx, dy in ((1, 0), (0, -1), (0, 1), (-1, 0)):
            there = (here[0] + dx, here[1] + dy)
            inside = 0 <= there[0] < columns and 0 <= there[1] < rows
            if inside and there not in wall and cost[here] + 1 < cost.get(there, 10**6):
                cost[there] = cost[here] + 1
                parent[there] = here
                heappush(queue, (cost[there] + guess(there), guess(there), there))
    path = [goal]
    while path[-1] != start:
        path.append(parent[path[-1]])
    return order, path[::-1]


def field_picture(size: int, tiles: list[tuple[int, float, float]], *, rings: bool) -> Image.Image:
    """What a unit might like to see: waves at one angle and pitch in each tile, or rings."""
    count = math.isqrt(len(tiles))
    gap, tile = 4, (size - 4 * (math.isqrt(len(tiles)) + 1)) // math.isqrt(len(tiles))
    image = Image.new("RGB", (size, size), INK)
    for number, (hue, angle, pitch) in enumerate(tiles):
        left = gap + (number % count) * (tile + gap)
        top = gap + (number // count) * (tile + gap)
        warm = (RED, SAND, SKY, ICE)[hue % 4]
        for y in range(tile):
            for x in range(tile):
                u, v = (x - tile / 2) / tile, (y - tile / 2) / tile
                fade = math.exp(-4.2 * (u * u + v * v))
                image.putpixel(
                    (left + x, top + y), wave_colour((u, v), angle, pitch, fade, warm, rings=rings)
                )
    return image


def wave_colour(
    place: Point, angle: float, pitch: float, fade: float, warm: Colour, *, rings: bool
) -> Colour:
    u, v = place
    if rings:
        distance = math.hypot(u, v * (1 + 0.3 * math.cos(angle)))
        bend = 2.4 * min(distance, 0.2) * math.sin(5 * math.atan2(v, u) + angle)
        wave = math.cos(pitch * distance * 6 + bend)
    else:
        wave = math.cos(pitch * 6 * (u * math.cos(angle) + v * math.sin(angle)))
    middle = mix(INK, BLUE, 0.35)
    towards = warm if wave > 0 else DEEP
    return mix(middle, towards, abs(wave) * fade * 1.15)


def edges() -> Image.Image:
    tiles = [(k, math.pi * k / 16 * 3, 3.2 + (k % 5)) for k in range(16)]
    return few_colours(field_picture(240, tiles, rings=False), 64)


def rings() -> Image.Image:
    tiles = [(k + k // 3, k * 1.1, 4.5 + k % 4) for k in range(9)]
    return few_colours(field_picture(240, tiles, rings=True), 64)


def hill(number: int, x: float) -> float:
    """How high the ridge of a hill stands at x, both as shares of the picture."""
    base = (0.46, 0.58, 0.72, 0.86)[number]
    swing = (0.09, 0.07, 0.06, 0.05)[number]
    return base + swing * math.sin(x * (4.2 + number * 1.7) + number * 2.1)


def scene_colour(x: float, y: float) -> Colour:
    """The flat landscape: sky, sun, four hills, one behind the other."""
    hills: tuple[Colour, ...] = ((128, 168, 190), (92, 140, 140), (62, 110, 96), (40, 74, 66))
    for number in (3, 2, 1, 0):
        if y > hill(number, x):
            return hills[number]
    if math.hypot(x - 0.7, (y - 0.22) * 0.8) < 0.085:
        return (246, 214, 140)
    return mix((168, 208, 226), (250, 232, 204), y / 0.5)


def style_content() -> Image.Image:
    """The landscape as it is, flat."""
    width, height = 360, 270
    image = Image.new("RGB", (width * 2, height * 2))
    for y in range(height * 2):
        for x in range(width * 2):
            image.putpixel((x, y), scene_colour(x / (width * 2), y / (height * 2)))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def style_result() -> Image.Image:
    """The landscape again, in strokes that follow a swirling flow and keep its colours."""
    width, height = 360, 270
    sheet = Sheet(width, height)
    sheet.image.paste(style_content().resize(sheet.image.size))
    chance = random.Random(7)
    swirls = [(0.7, 0.22, 1.0), (0.28, 0.2, -0.8), (0.48, 0.42, 0.6), (0.1, 0.5, 0.7)]
    for layer, (count, thick) in enumerate(((3600, 6.0), (4700, 3.4))):
        for _ in range(count):
            x, y = chance.random() * 1.2 - 0.15, chance.random() * 1.2 - 0.1
            points = []
            colour = scene_colour(x, y)
            shade = (chance.random() - 0.5) * (0.5 if layer else 0.35)
            colour = mix(colour, (250, 240, 200) if shade > 0 else (24, 44, 92), abs(shade))
            for _ in range(9):
                points.append((x * width, y * height))
                angle = flow(x, y, swirls)
                x, y = x + 0.011 * math.cos(angle), y + 0.0147 * math.sin(angle)
            sheet.line(points, colour, thick)
    return sheet.finish()


def flow(x: float, y: float, swirls: list[tuple[float, float, float]]) -> float:
    """Which way a stroke goes: along the hills below, around the swirls above."""
    east, south = 1.0, 0.25 * math.cos(x * 9 + y * 4)
    for left, top, turn in swirls:
        dx, dy = x - left, y - top
        pull = turn * 3.2 * math.exp(-(dx * dx + dy * dy) * 42)
        east -= pull * dy * 9
        south += pull * dx * 9
    return math.atan2(south, east)


def boxes() -> Image.Image:
    """Two guesses for one truth, and how much each of them shares with it."""
    sheet = Sheet(640, 300)
    for left, shift, words in ((70.0, (1 / 3, 0.0), "IoU 1/2"), (370.0, (1 / 2, 1 / 2), "IoU 1/7")):
        side, top = 130.0, 62.0
        dx, dy = side * shift[0], side * shift[1]
        sheet.box((left, top, left + side, top + side), (226, 238, 246))
        sheet.box((left + dx, top + dy, left + dx + side, top + dy + side), (252, 232, 210))
        sheet.box((left + dx, top + dy, left + side, top + side), SAND)
        sheet.box((left, top, left + side, top + side), None, BLUE, 3)
        sheet.box((left + dx, top + dy, left + dx + side, top + dy + side), None, RED, 3)
        sheet.text((left, top - 14), "truth", 13, BLUE, "lm")
        sheet.text((left + dx + side, top + dy + side + 15), "guess", 13, RED, "rm")
        sheet.text((left + (dx + side) / 2, top + (dy + side) / 2), words, 14)
    return few_colours(sheet.finish(), 128)


def two_hours() -> Image.Image:
    """A cover: two hours of tape as one line of bars, marked where it was stopped."""
    sheet = Sheet(480, 480, (28, 36, 48))
    chance = random.Random(1309)
    stops = {7, 8, 12, 13, 22, 23, 41, 48, 52, 78, 85}
    for ring in range(3):
        sheet.disc((384, 104), 60 - ring * 14, ((46, 62, 80), (58, 84, 108), SAND)[ring])
    level = 0.5
    for minute in range(132):
        level = 0.8 * level + 0.2 * chance.random()
        tall = 18 + 150 * abs(level - 0.28) + 46 * chance.random()
        x = 36 + minute * 3.1
        colour = RED if minute in stops else mix(SKY, ICE, minute / 131)
        sheet.line([(x, 300 - tall), (x, 300 + tall * 0.55)], colour, 1.7)
    sheet.text((36, 64), "two hours,", 34, PAPER, "lm")
    sheet.text((36, 104), "one line", 34, SAND, "lm")
    sheet.text((36, 430), "00:00", 15, GREY, "lm")
    sheet.text((444, 430), "02:12", 15, GREY, "rm")
    return sheet.finish()


def camera_metadata() -> Image.Exif:
    """What a phone writes into a picture, the place included: the middle of a lake."""
    exif = Image.Exif()
    exif[0x010F] = "Pocket"
    exif[0x0110] = "Pocket 3"
    exif[0x0132] = "2026:03:21 10:14:00"
    exif[0x013B] = "the author of this notebook"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (47.0, 15.0, 0.0)
    place[3], place[4] = "E", (8.0, 39.0, 0.0)
    return exif


def main() -> None:
    default = Path(__file__).parent.parent / "attachments"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    drawings = {
        "habit-loop.png": habit_loop,
        "bayes-area.png": bayes_area,
        "My Grid (1).png": grid_search,
        "activation-edges.png": edges,
        "activation-rings.png": rings,
        "style-content.png": style_content,
        "boxes.png": boxes,
    }
    for name, draw in drawings.items():
        draw().save(folder / name, optimize=True)
    style_result().save(folder / "style-result.jpg", quality=78, optimize=True)
    two_hours().save(folder / "two-hours.jpg", quality=80, optimize=True, exif=camera_metadata())


if __name__ == "__main__":
    main()
