"""What a phone sends: each entry is applied once, as one step."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from notekeep.own_commands import read_commands
from notekeep.phone.server import EntryService
from notekeep.storage.open_folder import NameExists
from notekeep.vault import Vault
from tests.support.crashes import kill_at

if TYPE_CHECKING:
    from tests.phone.conftest import Phone

TODAY, YESTERDAY = "2026-11-24", "2026-11-23"


def check_in(number: int, value: str = "12 min", **more: str) -> dict[str, Any]:
    """A check-in as the page makes it."""
    entry = {"id": f"entry-{number:05}", "kind": "habit", "habit": "meditate", "value": value}
    return {**entry, "day": TODAY, "at": f"{TODAY}T21:15:00", **more}


def note(number: int, text: str, **more: Any) -> dict[str, Any]:
    """A quick note as the page makes it."""
    entry = {"id": f"entry-{number:05}", "kind": "note", "text": text, "to": "today"}
    return {**entry, "day": TODAY, "at": f"{TODAY}T21:15:00", **more}


def photo(name: str) -> dict[str, str]:
    """A small picture as the page sends it."""
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(data, "PNG")
    return {"name": name, "data": base64.b64encode(data.getvalue()).decode()}


def read_notes(phone: Phone) -> str:
    """Return all notes of the vault, one after the other."""
    files = sorted(Path(phone.vault.root).rglob("*.md"))
    return "\n".join(file.read_text() for file in files if ".trash" not in file.parts)


def files(phone: Phone, pattern: str) -> set[Path]:
    """Return the files in and beside the vault that match a pattern."""
    return set(Path(phone.vault.root).parent.rglob(pattern))


async def test_a_check_in_is_shown_and_undone(phone: Phone) -> None:
    await phone.sent(check_in(1, "done", habit="floss"))
    day = (await phone.get("/api/today"))["days"][0]
    floss = next(one for one in day["habits"] if one["id"] == "floss")
    assert (day["day"], floss["mark"], floss["is_logged"]) == (TODAY, "done", True)
    phone.vault.history.undo()
    day = (await phone.get("/api/today"))["days"][0]
    floss = next(one for one in day["habits"] if one["id"] == "floss")
    assert not floss["is_logged"]


async def test_amounts_and_yesterday(phone: Phone) -> None:
    await phone.sent(check_in(1), check_in(2), check_in(3, "17 min", day=YESTERDAY))
    today, yesterday = (await phone.get("/api/today"))["days"]
    amounts = [
        next(one["amount"] for one in day["habits"] if one["id"] == "meditate")
        for day in (today, yesterday)
    ]
    # The sample vault has 10 minutes on each of the two days.
    assert amounts == ["34 min", "27 min"]


async def test_a_unit_is_read_in_the_plural(phone: Phone) -> None:
    await phone.sent(check_in(1, "17 pages", habit="read"), check_in(2, "1 page", habit="read"))
    day = (await phone.get("/api/today"))["days"][0]
    assert next(one["amount"] for one in day["habits"] if one["id"] == "read") == "18 pages"
    assert phone.habit_lines()[0].startswith(f"- {TODAY} read: 17 page @21:15 id=")


async def test_what_is_sent_twice_counts_once(phone: Phone) -> None:
    entries = [check_in(1), note(2, "once only"), check_in(3), check_in(1)]
    await phone.sent(*entries)
    await phone.sent(*entries)
    day = (await phone.get("/api/today"))["days"][0]
    assert next(one["amount"] for one in day["habits"] if one["id"] == "meditate") == "34 min"
    assert read_notes(phone).count("once only") == 1


@pytest.mark.parametrize(("before", "after"), [("= 30 min", "42 min"), ("skip", "12 min")])
async def test_a_check_in_on_a_day_that_was_set_counts_once(
    phone: Phone, before: str, after: str
) -> None:
    phone.vault.habits.check_in("meditate", before)
    await phone.sent(check_in(1), check_in(1))
    day = (await phone.get("/api/today"))["days"][0]
    assert next(one["amount"] for one in day["habits"] if one["id"] == "meditate") == after


@pytest.mark.slow
async def test_a_thousand_check_ins_sent_twice_count_once(phone: Phone) -> None:
    entries = [
        check_in(number, "1 min", day=f"2026-11-{number % 20 + 5:02}") for number in range(1000)
    ]
    await phone.sent(*entries)
    await phone.sent(*entries)
    assert len(phone.habit_lines()) == 1000
    day = (await phone.get("/api/today"))["days"][0]
    amount = next(one["amount"] for one in day["habits"] if one["id"] == "meditate")
    assert amount == "60 min"  # of which 10 were there


async def test_a_queue_of_two_days_ago_counts_for_its_days(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-26T08:00")
    await phone.sent(check_in(1), note(2, "from the train"), check_in(3, day="2026-11-25"))
    assert sorted(line.split(" @")[0] for line in phone.habit_lines()) == [
        f"- {TODAY} meditate: 12 min",
        "- 2026-11-25 meditate: 12 min",
    ]
    row = phone.vault.workspace.resolve(f"daily/{TODAY}.md")
    assert "from the train" in phone.vault.search.read(row.path).body


async def test_the_night_belongs_to_the_day_before(phone: Phone) -> None:
    await phone.sent(check_in(1, at="2026-11-25T00:40:00"))
    assert " @24:40 " in phone.habit_lines()[-1]


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("kind", ["habit", "note", "inbox", "photo", "task"])
async def test_an_entry_that_a_crash_cut_short_counts_once(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, kind: str, cut: str
) -> None:
    task = (await phone.get("/api/tasks"))["tasks"][0]
    entry = {
        "habit": check_in(1),
        "note": note(1, "before the crash"),
        "inbox": note(1, "before the crash", to="inbox"),
        "photo": note(1, "before the crash", photo=photo("image.png")),
        "task": {"id": "entry-00001", "kind": "task", "at": f"{TODAY}T21:15:00", **task},
    }[kind]
    owner, name = (
        (phone.vault.habits, "check_in") if kind == "habit" else (phone.vault.notes, "apply")
    )
    whole = getattr(owner, name)

    def crash(*given: Any, **named: Any) -> Any:
        if cut == "after":
            whole(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, crash)
        with pytest.raises(KeyboardInterrupt):
            EntryService(phone.vault).apply(entry)
    await phone.sent(entry)
    await phone.sent(entry)
    if kind == "habit":
        assert len(phone.habit_lines()) == 1
    elif kind == "task":
        left = (await phone.get("/api/tasks"))["tasks"]
        assert (task["path"], task["text"]) not in [(one["path"], one["text"]) for one in left]
    elif kind == "inbox":
        assert len(files(phone, "before the crash*.md")) == 1
    else:
        assert read_notes(phone).count("before the crash") == 1
    if kind == "photo":
        assert len(files(phone, "image*.png")) == 1


APPLY = """
import json
from notekeep.phone.server import EntryService
EntryService(vault).apply(json.loads(given[0]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("point", ["synced", "journaled", "swapped", "settled", "logged", "done"])
def test_an_entry_of_a_server_that_is_killed_counts_once(
    sample: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", f"{TODAY}T21:15:00")
    entry = note(1, "before the crash")
    kill_at(point, 1, sample, APPLY, json.dumps(entry))
    service = EntryService(Vault.open(sample))
    for _ in range(2):
        service.apply(entry)
    assert (sample / f"daily/{TODAY}.md").read_text().count("before the crash") == 1


async def test_a_note_goes_to_the_inbox_as_one_step(phone: Phone) -> None:
    before = len(phone.vault.history.steps())
    await phone.sent(note(1, "Ask Mira about the basil", to="inbox", photo=photo("basil.png")))
    row = phone.vault.workspace.resolve("Ask Mira about the basil")
    assert row.path == "inbox/Ask Mira about the basil.md"
    assert "basil.png" in phone.vault.search.read(row.path).body
    assert len(phone.vault.history.steps()) == before + 1
    phone.vault.history.undo()
    assert "basil.png" not in read_notes(phone)


async def test_the_name_of_a_photo_is_no_path(phone: Phone) -> None:
    names = (
        "../../../etc/x.png",
        "..\\..\\x.png",
        "/etc/x.png",
        "C:\\x.png",
        ".hidden.png",
        "CON.png",
    )
    for number, name in enumerate(names):
        known = files(phone, "*.png")
        await phone.sent(note(number, "", photo=photo(name)))
        (stored,) = files(phone, "*.png") - known
        assert stored.parent == Path(phone.vault.root, "attachments"), name


async def test_a_quick_note_is_not_named_after_a_rule(phone: Phone) -> None:
    await phone.sent(note(1, "---\nAn idea\n\nmore", to="inbox"), note(2, "---", to="inbox"))
    names = {file.name for file in files(phone, "inbox/*.md")}
    assert "An idea.md" in names
    assert not {"---.md", "Untitled.md"} & names


async def test_the_suffix_of_a_photo_may_be_in_capitals(phone: Phone) -> None:
    await phone.sent(note(1, "a photo", photo=photo("IMG_1.JPG")))
    assert files(phone, "IMG_1.*")


async def test_a_note_of_a_phone_with_a_wrong_clock_is_for_today(phone: Phone) -> None:
    for number, day in enumerate(("2031-01-01", "2019-01-01")):
        await phone.sent(note(number, f"written in {day}", at=f"{day}T12:00:00"))
    assert files(phone, "2031-*") == files(phone, "2019-*") == set()
    (today,) = files(phone, f"daily/{TODAY}.md")
    assert "written in 2031-01-01" in today.read_text()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "yesterday", ""])
async def test_an_entry_without_a_time_is_refused(phone: Phone, at: str) -> None:
    assert await phone.send(note(1, "x", at=at)) == (400, "The entry has no time.")


async def test_only_pictures_are_taken(phone: Phone) -> None:
    for name in ("page.html", "page.svg", "x.png.exe", "", "x"):
        status, _ = await phone.send(note(1, "look", photo=photo(name)))
        assert status == 400, name
    assert "look" not in read_notes(phone).split("\n")


@pytest.mark.slow
@pytest.mark.parametrize(("size", "status"), [(32 << 20, 200), (33 << 20, 413)])
async def test_a_photo_of_24_mb_is_saved_and_a_larger_one_refused(
    phone: Phone, size: int, status: int
) -> None:
    large = note(1, "large", photo={"name": "x.png", "data": "A" * size})
    body = io.BytesIO(json.dumps(large).encode())
    head = {"Content-Type": "application/json"}
    async with phone.client.post("/api/entries", data=body, headers=head) as answer:
        assert answer.status == status
    assert len(files(phone, "x.png")) == (status == 200)


async def test_a_task_is_ticked_and_not_opened_again(phone: Phone) -> None:
    task = (await phone.get("/api/tasks"))["tasks"][0]
    done = {"kind": "task", "at": f"{TODAY}T21:15:00", **task}
    await phone.sent({"id": "entry-00001", **done}, {"id": "entry-00002", **done})
    rows = phone.vault.search.tasks(done=True)
    assert (task["path"], task["text"]) in [(row.path, row.text) for row in rows]


async def test_a_task_that_repeats_is_done_on_the_day_it_was_ticked(phone: Phone) -> None:
    phone.vault.notes.create("note", "Rent")
    phone.vault.notes.add(f"- [ ] Pay every:3d when done due:{YESTERDAY}", "Rent")
    tasks = (await phone.get("/api/tasks"))["tasks"]
    task = next(one for one in tasks if one["title"] == "Rent")
    assert (task["shown"], task["due"]) == ("Pay", YESTERDAY)
    # It was offline since yesterday.
    done = {"id": "entry-00001", "kind": "task", "at": f"{YESTERDAY}T21:15:00", **task}
    await phone.sent(done, done, {**done, "id": "entry-00002"})
    assert (
        "- [ ] Pay every:3d when done due:2026-11-26\n"
        f"- [x] Pay every:3d when done due:{YESTERDAY} done:{YESTERDAY}\n"
    ) in read_notes(phone)


BROKEN: list[Any] = [
    [],
    "text",
    {},
    {"id": "short"},
    {"id": "entry-00001"},
    {"id": "entry-00001", "kind": "shell"},
    {"id": "../../entry", "kind": "note", "text": "x"},
    note(1, "   "),
    note(1, "x" * 200_000),
    note(1, "x", at="soon"),
    {"id": "entry-00001", "kind": "note", "text": "x"},
    check_in(1, day="soon"),
    {**note(1, "x"), "text": ["x"]},
    note(1, "x", photo="x.png"),
    note(1, "x", photo={"name": "x.png", "data": "%%%"}),
    note(1, "x", photo={"name": "x.png", "data": ""}),
    check_in(1, habit="nothing like it"),
    check_in(1, "12 min\n- 2026-11-01 floss: done"),
    check_in(1, at="later"),
    check_in(1, "much"),
    check_in(1, "3 apples"),
    {"id": "entry-00001", "kind": "task", "path": "../x.md", "line": 1, "text": "x"},
    {"id": "entry-00001", "kind": "task", "path": "x.md", "line": "1", "text": "x"},
]


async def test_an_entry_that_cannot_be_applied_says_why(phone: Phone) -> None:
    before = read_notes(phone)
    for entry in BROKEN:
        status, error = await phone.send(entry)
        assert status in (400, 404), entry
        assert error, entry
        assert read_notes(phone) == before, entry


async def test_a_day_ahead_is_sent_again_later(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = check_in(1, day="2026-11-25", at="2026-11-25T06:00:00")
    status, error = await phone.send(ahead)
    assert status == 400  # the phone keeps it
    assert "in the future" in error
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T08:00")
    await phone.sent(ahead)


async def test_a_note_is_added_to_what_another_program_made_meanwhile(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = phone.vault.notes.apply
    times: list[int] = []

    def taken_once(plan: Any) -> Any:
        times.append(1)
        if len(times) == 1:
            raise NameExists("taken")
        return apply(plan)

    monkeypatch.setattr(phone.vault.notes, "apply", taken_once)
    await phone.sent(note(1, "still there"))
    assert read_notes(phone).count("still there") == 1


async def test_a_body_that_is_no_entry_is_refused(phone: Phone) -> None:
    head = {"Content-Type": "application/json"}
    for body in ("", "[]", "{}", "1", "[" * 100_000, "\ud800"):
        data = body.encode("utf-8", "surrogatepass")
        async with phone.client.post("/api/entries", data=data, headers=head) as answer:
            assert answer.status == 400, body[:10]
            assert (await answer.json())["error"], body[:10]


async def test_a_check_in_from_the_phone_runs_the_persons_command_after_it(
    phone: Phone, tmp_path: Path
) -> None:
    file = tmp_path / "stored"
    code = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    table = {"tell": {"run": [sys.executable, "-c", code, str(file)], "after": "checkin"}}
    phone.vault.person.commands, _ = read_commands(table, str(tmp_path))
    await phone.sent(check_in(1))
    for _ in range(500):
        if file.exists() and file.read_text().endswith("}"):
            break
        await asyncio.sleep(0.02)
    assert json.loads(file.read_text())["habit"] == "meditate"
