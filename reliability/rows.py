"""The rows of the scorecard, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reliability import (
    r01_fidelity,
    r02_hostile,
    r03_fuzz,
    r04_kills,
    r05_faults,
    r06_disks,
    r07_powercut,
    r08_races,
    r09_together,
    r10_truth,
    r11_stale,
    r12_sync,
    r13_editor,
    r14_reading,
    r15_undo,
    r16_terminal,
    r17_soak,
    r18_scale,
)

if TYPE_CHECKING:
    from reliability.board import Row

ROWS: tuple[Row, ...] = (
    r01_fidelity.ROW,
    r02_hostile.ROW,
    r03_fuzz.ROW,
    r04_kills.ROW,
    r05_faults.ROW,
    r06_disks.ROW,
    r07_powercut.ROW,
    r08_races.ROW,
    r09_together.ROW,
    r10_truth.ROW,
    r11_stale.ROW,
    r12_sync.ROW,
    r13_editor.ROW,
    r14_reading.ROW,
    r15_undo.ROW,
    r16_terminal.ROW,
    r17_soak.ROW,
    r18_scale.ROW,
)
