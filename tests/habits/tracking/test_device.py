"""The name of a device is made once and stays."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Failure, UsageError
from notekeep.tracking.device_log import device_name, device_slug, set_device_name

if TYPE_CHECKING:
    from pathlib import Path


def test_a_device_is_named_once_after_its_host(tmp_path: Path) -> None:
    name = device_name(str(tmp_path / "state"))
    assert re.fullmatch(r"[a-z0-9-]+-[a-z0-9]{4}", name)
    assert name == device_slug(name)
    assert device_name(str(tmp_path / "state")) == name


def test_two_devices_of_one_host_have_two_names(tmp_path: Path) -> None:
    names = {device_name(str(tmp_path / f"state{number}")) for number in range(20)}
    assert len(names) == 20
    assert len({name[:-4] for name in names}) == 1


def test_a_name_from_before_stays(tmp_path: Path) -> None:
    (tmp_path / "device").write_text("laptop\n")
    assert device_name(str(tmp_path)) == "laptop"


def test_a_device_can_be_named(tmp_path: Path) -> None:
    assert set_device_name(str(tmp_path), "Mia's MacBook Pro (2)") == "mias-macbook-pro-2"
    assert device_name(str(tmp_path)) == "mias-macbook-pro-2"


@pytest.mark.parametrize("name", ["", "???", "../..", "日本"])
def test_a_name_that_gives_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not a valid device name"):
        set_device_name(str(tmp_path), name)


def test_a_name_that_was_edited_by_hand_cannot_lead_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "device").write_text("../../etc/x\n")
    assert device_name(str(tmp_path)) == "etc-x"


def test_a_name_that_cannot_be_kept_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="Cannot save"):
        device_name(os.path.join(tmp_path, "file", "state"))
