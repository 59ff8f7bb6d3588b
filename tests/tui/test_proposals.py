"""Proposals of assistants in the app: see, apply and reject them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.screens import shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]


async def test_a_proposal_is_shown_applied_and_undone(make_app: MakeApp) -> None:
    app = make_app("browse")
    service = app.vault.proposals
    service.add("otter", "set", {"notes": ["books/Deep Work.md"], "fields": {"rating": 1}})
    service.add("otter", "capture", {"text": "Ask about the otters"})
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await pilot.press("g", "o")
        await until(pilot, lambda: shows(app, "rating: 1"))
        await pilot.press("w")
        await until(pilot, lambda: shows(app, "· 1 proposal") and shows(app, "+ - Ask"))
        assert len(service.waiting()) == 1
        assert b"rating: 1\n" in app.vault.workspace.read("books/Deep Work.md")
        await pilot.press("x")
        await until(pilot, lambda: shows(app, "No proposals."))
        assert service.waiting() == []
        assert app.vault.history.steps()[0].verb == "mcp:otter"
        app.vault.history.undo()
        assert b"rating: 1\n" not in app.vault.workspace.read("books/Deep Work.md")


async def test_a_proposal_that_was_applied_is_not_rejected(make_app: MakeApp) -> None:
    app = make_app("browse")
    service = app.vault.proposals
    service.add("otter", "capture", {"text": "Ask about the otters"})
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await pilot.press("g", "o")
        await until(pilot, lambda: shows(app, "+ - Ask"))
        service.apply(service.waiting()[0])
        await pilot.press("x")
        await until(pilot, lambda: shows(app, "This proposal was applied or rejected before."))
