"""`doctor` finds what is wrong in each layer, says what it looked at, and repairs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notekeep.services.doctor import Layer, check_vault
from notekeep.vault import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "a.md").write_text("one [[b]]\n", "utf-8")
    (root / "b.md").write_text("two\n", "utf-8")
    opened = Vault.open(root)
    opened.indexing.refresh()
    return opened


def layers(vault: Vault) -> dict[str, Layer]:
    return {layer.name: layer for layer in check_vault(vault)}


def test_a_sound_vault_has_no_findings(vault: Vault) -> None:
    found = layers(vault)
    assert [name for name, layer in found.items() if layer.findings] == []
    assert found["catalog"].checked == "2 files read and compared"


def test_a_content_that_the_catalog_was_not_made_from_is_found_and_left(vault: Vault) -> None:
    stat = os.stat(os.path.join(vault.root, "a.md"))
    with vault.catalog.writing() as writer:
        writer.connection.execute(
            "UPDATE notes SET digest = 'x', ctime_ns = ? WHERE path = 'a.md'", (stat.st_ctime_ns,)
        )
    for _ in range(2):
        (finding,) = layers(vault)["catalog"].findings
        assert finding.path == "a.md"
        assert "--verify" in finding.hint
    vault.indexing.refresh(verify=True)
    assert layers(vault)["catalog"].findings == []


@pytest.mark.slow
def test_a_file_so_large_that_its_head_is_read_is_compared_by_that(vault: Vault) -> None:
    Path(vault.root, "large.md").write_bytes(b"a line\n" * (1 << 20))
    found = layers(vault)
    assert found["catalog"].findings == []
    assert [one.code for one in found["notes"].findings] == ["large"]


def test_a_file_that_vanishes_meanwhile_is_no_fault(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = vault.catalog.marks

    def vanish() -> object:
        if os.path.exists(os.path.join(vault.root, "b.md")):
            os.unlink(os.path.join(vault.root, "b.md"))
        return marks()

    monkeypatch.setattr(vault.catalog, "marks", vanish)
    assert layers(vault)["catalog"].findings == []


def test_an_index_or_a_history_where_it_can_be_torn_is_told(vault: Vault, tmp_path: Path) -> None:
    vault.places = vault.places._replace(state=str(tmp_path / "Nextcloud/state"))
    (finding,) = layers(vault)["places"].findings
    assert "history is in a folder synced by Nextcloud" in finding.message
    assert "XDG_STATE_HOME" in finding.hint


def test_links_in_properties_are_counted_apart_and_are_no_problem(vault: Vault) -> None:
    topics = '---\ntopics: ["[[Emergence]]", "[[b]]"]\n---\n[[nowhere]]\n'
    Path(vault.root, "c.md").write_text(topics, "utf-8")
    Path(vault.root, "d.md").write_text("[[in the first line]]\n", "utf-8")
    found = layers(vault)
    assert [one.message for one in found["properties"].findings] == [
        'There is no note "Emergence".'
    ]
    assert found["properties"].is_calm
    assert [one.place for one in found["links"].findings] == ["c.md:4", "d.md:1"]


def test_ratings_above_the_best_one_are_told_with_the_setting(vault: Vault) -> None:
    for name, rating in (("c", 6), ("d", 7), ("e", 5)):
        Path(vault.root, f"{name}.md").write_text(f"---\nrating: {rating}\n---\n", "utf-8")
    findings = layers(vault)["ratings"].findings
    assert [one.path for one in findings] == ["c.md", "d.md"]
    assert {one.hint for one in findings} == {
        "If your ratings go up to 7, set rating_max = 7 in .notekeep/config.toml."
    }
    Path(vault.root, ".notekeep").mkdir(exist_ok=True)
    Path(vault.root, ".notekeep/config.toml").write_text("rating_max = 7\n", "utf-8")
    assert layers(Vault.open(vault.root))["ratings"].findings == []


@pytest.mark.parametrize(
    "damage", [b"", b"\x8f\x00{noise", b'{"notekeep": "history", "format": 1}\n{"id"']
)
def test_a_damaged_log_of_steps_is_told_and_where_the_versions_are(
    vault: Vault, damage: bytes
) -> None:
    vault.notes.tag(["a.md"], ["x"])
    assert layers(vault)["history"].findings == []
    Path(vault.history.store.log.path).write_bytes(damage)
    (finding,) = layers(vault)["history"].findings
    assert "1 line cannot be read" in finding.message
    assert vault.history.store.blobs.folder in finding.hint


def test_a_damaged_list_of_vaults_is_told(vault: Vault) -> None:
    Path(vault.places.state).with_name("vaults.json").write_bytes(b"")
    again = Vault.open(vault.root)
    assert again.places.id == vault.places.id
    (finding,) = layers(again)["places"].findings
    assert finding.message.startswith("The list of vaults was damaged")
