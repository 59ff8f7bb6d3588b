from __future__ import annotations

import errno
import os
import tomllib
from pathlib import Path

import pytest

from notekeep import config, locks
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.markdown.fields.schema import Schema
from notekeep.settings import VaultSettings, vault_settings


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def person(folder: Path, text: str) -> config.PersonSettings:
    write(folder / "config" / "config.toml", text)
    return settings_in(folder)


def settings_in(folder: Path) -> config.PersonSettings:
    return config.person_settings(config.Places(str(folder / "config"), "", ""))


def vault(folder: Path, text: str) -> VaultSettings:
    write(folder / ".notekeep" / "config.toml", text)
    return vault_settings(str(folder))


class TestPlaces:
    def test_linux_keeps_them_where_xdg_says(self) -> None:
        places = config.Places.for_machine(
            {"HOME": "/home/ada", "XDG_CACHE_HOME": "/fast/cache"},
        )
        assert places == (
            "/home/ada/.config/notekeep",
            "/fast/cache/notekeep",
            "/home/ada/.local/state/notekeep",
        )

    def test_notekeep_home_holds_all_three(self) -> None:
        places = config.Places.for_machine({"NOTEKEEP_HOME": "/demo"})
        assert places == ("/demo/config", "/demo/cache", "/demo/state")


class TestVaultSettings:
    def test_a_vault_without_settings_has_the_usual_ones(self, tmp_path: Path) -> None:
        settings = vault_settings(str(tmp_path))
        assert (settings.day_start, settings.week_start) == (4, 0)
        assert settings.folders["book"] == "books"
        assert settings.warnings == []

    def test_a_vault_says_how_its_days_count_and_where_kinds_go(self, tmp_path: Path) -> None:
        settings = vault(
            tmp_path,
            'day_start = 0\nweek_start = "sun"\n'
            '[folders]\nbook = "library"\n[kinds.recipe]\nserves = "number"\nsign = "+"\n',
        )
        assert settings.signs == {"recipe": "+"}
        assert settings.warnings == []
        assert (settings.day_start, settings.week_start) == (0, 6)
        assert settings.folders["book"] == "library"
        assert settings.folders["podcast"] == "podcasts"
        assert Schema.of(settings).kinds["recipe"].fields == {"serves": "number"}

    @pytest.mark.parametrize(
        "line",
        [
            'editor = "rm -rf ~"',
            'pager = "sh"',
            'attachments = "../../etc"',
            'templates = "/etc"',
            'folders = { book = "C:/x" }',
            "day_start = 24",
            "day_start = true",
            'link_form = ["shortest"]',
            "glyphs = {}",
            "export = { linebreaks = [] }",
            'week_start = "someday"',
            'kinds = { recipe = { serves = "code" } }',
        ],
    )
    def test_a_vault_never_sets_a_command_or_a_place_outside_itself(
        self, tmp_path: Path, line: str
    ) -> None:
        settings = vault(tmp_path, line + "\n")
        usual = VaultSettings()
        key = line.split(" ", maxsplit=1)[0]
        assert len(settings.warnings) == 1
        assert key in settings.warnings[0]
        assert getattr(settings, key, None) == getattr(usual, key, None)

    @pytest.mark.parametrize(
        "text",
        [
            '[folders]\nbook = "b"\nprivate = "diary"\n',
            '[folders]\nbook = "b"\nprivate = ["diary"]\n',
            '[kinds.recipe]\nserves = "number"\nprivate = ["diary"]\n',
            '[saved]\nread = "is:book"\nprivate = ["diary"]\n',
        ],
    )
    def test_private_folders_named_below_a_table_stop_exports(
        self, tmp_path: Path, text: str
    ) -> None:
        assert vault(tmp_path, text).export_problem

    def test_a_setting_below_the_table_of_folders_is_named(self, tmp_path: Path) -> None:
        settings = vault(tmp_path, '[folders]\nbook = "b"\nglyphs = "ascii"\n')
        assert "folders.glyphs: Unknown setting" in settings.warnings[0]
        assert (settings.folders["book"], settings.export_problem) == ("b", "")

    def test_settings_that_do_not_parse_are_said_and_the_vault_opens(self, tmp_path: Path) -> None:
        settings = vault(tmp_path, "day_start = = 3\n")
        assert settings.day_start == 4
        assert "not valid TOML" in settings.warnings[0]

    @pytest.mark.parametrize(
        ("text", "is_unsure"),
        [
            ("private = [\n", True),
            ("private = [3]\n", True),
            ('Privat = "journal"\n', True),
            ('[export]\ncanaris = "secret"\n', True),
            ('private = "journal"\n', False),
            ("day_start = 99\n", False),
            ('later = "than this version"\n', False),
        ],
    )
    def test_what_may_leave_is_unsure_where_what_says_it_is_not_understood(
        self, tmp_path: Path, text: str, *, is_unsure: bool
    ) -> None:
        settings = vault(tmp_path, text)
        assert bool(settings.export_problem) is is_unsure
        assert settings.is_unreadable is (text == "private = [\n")

    def test_how_drafts_are_made_is_read_whole_or_not_at_all(self, tmp_path: Path) -> None:
        said = '[export]\nunpublished = "strip"\nfields = ["mood"]\nseries_links = false\n'
        settings = vault(tmp_path, said)
        assert settings.export == {
            "unpublished": "strip",
            "fields": ["mood"],
            "series_links": False,
        }
        for bad in ('unpublished = "shout"', "command = 1", "fields = 3"):
            settings = vault(tmp_path, f"[export]\n{bad}\n")
            assert settings.export == {}
            assert "export" in settings.warnings[0]


class TestPersonSettings:
    def test_vaults_sites_and_keys_are_read(self, tmp_path: Path) -> None:
        settings = person(
            tmp_path,
            'default = "n"\neditor = "hx"\n[vaults]\nn = "/n"\n'
            '[sites.n]\ntarget = "hugo"\ndir = "/blog"\n[keys]\nundo = "U"\nedit = ["i", "e"]\n',
        )
        assert settings.vaults == {"n": "/n"}
        assert settings.sites == {"n": (config.Site("hugo", "/blog"),)}
        assert settings.keys == {"undo": "U", "edit": "i,e"}

    def test_a_vault_may_have_several_sites(self, tmp_path: Path) -> None:
        settings = person(
            tmp_path,
            '[[sites.n]]\ntarget = "hugo"\ndir = "/blog"\n[[sites.n]]\ndir = "/other"\n'
            '[[sites.n]]\ntarget = "zola"\n',
        )
        other = config.Site("", "/other")
        assert settings.sites == {"n": (config.Site("hugo", "/blog"), other)}
        assert settings.warnings == ["sites.n: Needs dir = and target =. Ignored."]

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ('[sites.n]\ndir = "/blog"\nkeymap = "vim"\n', "sites.n.keymap"),
            ('[[sites.n]]\ndir = "/blog"\nfoldr = "x"\n', "sites.n.foldr"),
            ('[keys]\nundo = "U"\ntheme = "x"\n', "keys.theme"),
            ("[vaults]\nsync_on_open = true\n", "vaults.sync_on_open"),
        ],
    )
    def test_a_setting_below_a_table_is_named(self, tmp_path: Path, text: str, name: str) -> None:
        (warning,) = person(tmp_path, text).warnings
        assert warning == f"{name}: Unknown setting. Put settings above the first [table]."

    def test_an_unknown_key_is_named(self, tmp_path: Path) -> None:
        assert "colour" in person(tmp_path, 'colour = "red"\n').warnings[0]

    def test_a_file_that_does_not_parse_names_file_and_line(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"config\.toml.*line 2"):
            person(tmp_path, 'default = "n"\neditor = = "x"\n')

    def test_a_new_vault_is_remembered_and_comments_stay(self, tmp_path: Path) -> None:
        write(tmp_path / "config" / "config.toml", '# mine\n[vaults]\na = "/a"\n')
        places = config.Places(str(tmp_path / "config"), "", "")
        config.remember_vault("/b/a", places)
        settings = config.person_settings(places)
        assert settings.vaults == {"a": "/a", "a-2": "/b/a"}
        assert settings.default == "a-2"
        assert (tmp_path / "config" / "config.toml").read_text("utf-8").startswith("# mine\n")

    @pytest.mark.parametrize(
        ("before", "sites"),
        [
            ("", []),
            ('[sites.n]\ndir = "/old"\ntarget = "hugo"\n', [config.Site("hugo", "/old")]),
            (
                '[[sites.n]]\ndir = "/old"\n\n[vaults]\nn = "/n"\n\n[sites.other]\ndir = "/x"\n',
                [config.Site("", "/old")],
            ),
        ],
    )
    def test_a_site_is_remembered_as_the_default_and_comments_stay(
        self, tmp_path: Path, before: str, sites: list[config.Site]
    ) -> None:
        settings = person(tmp_path, f"# mine\n{before}")
        others = {name: known for name, known in settings.sites.items() if name != "n"}
        for target in ("", "zola"):  # the second time only the target is new
            site = config.Site(target, "/blog")
            config.remember_site(settings, "n", site)
            again = settings_in(tmp_path)
            assert again.sites == {"n": (site, *sites), **others} == settings.sites
            assert again.warnings == []
            assert (tmp_path / "config" / "config.toml").read_text("utf-8").startswith("# mine\n")

    def test_a_site_is_remembered_beside_one_that_names_no_folder(self, tmp_path: Path) -> None:
        settings = person(tmp_path, '[sites.n]\ntarget = "hugo"\n')
        config.remember_site(settings, "n", config.Site("zola", "/blog"))
        again = settings_in(tmp_path)
        assert again.sites == {"n": (config.Site("zola", "/blog"),)}
        assert again.warnings == settings.warnings

    def test_settings_that_are_a_link_into_a_folder_of_settings_stay_one(
        self, tmp_path: Path
    ) -> None:
        kept = write(tmp_path / "dotfiles" / "notekeep.toml", 'editor = "hx"\n')
        settings = tmp_path / "config" / "config.toml"
        settings.parent.mkdir()
        settings.symlink_to(kept)
        config.remember_vault("/v", config.Places(str(settings.parent), "", ""))
        assert settings.is_symlink()
        assert tomllib.loads(kept.read_text("utf-8")) == {
            "editor": "hx",
            "default": "v",
            "vaults": {"v": "/v"},
        }

    def test_a_vault_is_not_named_where_vaults_are_no_table(self, tmp_path: Path) -> None:
        settings = write(tmp_path / "config" / "config.toml", 'vaults = "all"\n')
        with pytest.raises(Refused, match="`vaults` is not a table") as refusal:
            config.remember_vault("/v", config.Places(str(settings.parent), "", ""))
        assert "--vault /v" in refusal.value.hint
        assert settings.read_text("utf-8") == 'vaults = "all"\n'

    def test_the_mark_that_windows_editors_put_first_is_no_part_of_the_settings(
        self, tmp_path: Path
    ) -> None:
        settings = person(tmp_path, '\ufeffeditor = "hx"\n')
        assert (settings.editor, settings.warnings) == ("hx", [])
        config.remember_vault("/v", config.Places(str(tmp_path / "config"), "", ""))
        assert settings_in(tmp_path).vaults == {"v": "/v"}


class TestFindVault:
    @pytest.fixture(autouse=True)
    def stay_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("NOTEKEEP_VAULT", raising=False)

    def find(self, explicit: str | None, folder: Path, text: str = "") -> str:
        os.chdir(folder)
        return config.find_vault(explicit, person(folder, text))

    def test_what_is_given_wins_over_the_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        monkeypatch.setenv("NOTEKEEP_VAULT", str(tmp_path / "two"))
        assert self.find(str(tmp_path / "one"), tmp_path) == str(tmp_path / "one")
        assert self.find(None, tmp_path) == str(tmp_path / "two")

    @pytest.mark.parametrize("mark", [".obsidian", ".notekeep"])
    def test_the_nearest_folder_with_a_mark_is_found(self, tmp_path: Path, mark: str) -> None:
        (tmp_path / "v" / mark).mkdir(parents=True)
        (tmp_path / "v" / "a" / "b").mkdir(parents=True)
        assert self.find(None, tmp_path / "v" / "a" / "b") == str(tmp_path / "v")

    def test_the_default_is_the_last_resort(self, tmp_path: Path) -> None:
        (tmp_path / "v").mkdir()
        settings = f'default = "n"\n[vaults]\nn = "{tmp_path / "v"}"\n'
        assert self.find(None, tmp_path, settings) == str(tmp_path / "v")

    def test_a_missing_vault_says_where_it_was_looked_for(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match=r"no vault at .*/gone"):
            self.find(str(tmp_path / "gone"), tmp_path)
        with pytest.raises(NotFound) as caught:
            self.find(None, tmp_path)
        assert "init" in caught.value.hint


class TestVaultId:
    def test_a_vault_keeps_its_id_and_a_copy_gets_another(self, tmp_path: Path) -> None:
        state = str(tmp_path / "state")
        (tmp_path / "v").mkdir()
        (tmp_path / "copy").mkdir()
        first = config.vault_id(str(tmp_path / "v"), state)
        assert config.vault_id(str(tmp_path / "v"), state) == first
        assert config.vault_id(str(tmp_path / "copy"), state) != first

    def test_a_disk_without_locks_keeps_the_list_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: int) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(locks, "_try_once", refuse)
        (tmp_path / "v").mkdir()
        state = str(tmp_path / "state")
        first = config.vault_id(str(tmp_path / "v"), state)
        assert config.known_vaults(state) == {first: str(tmp_path / "v")}

    def test_a_vault_that_was_moved_is_known_again(self, tmp_path: Path) -> None:
        state = str(tmp_path / "state")
        (tmp_path / "v").mkdir()
        first = config.vault_id(str(tmp_path / "v"), state)
        (tmp_path / "v").rename(tmp_path / "w")
        assert config.vault_id(str(tmp_path / "w"), state) == first
        assert config.known_vaults(state) == {first: str(tmp_path / "w")}

    @pytest.mark.parametrize("damage", ["{broken", "", "[]", '{"a": 1}', "\0" * 30])
    def test_a_damaged_list_is_set_aside_and_made_again(self, tmp_path: Path, damage: str) -> None:
        state = str(tmp_path / "state")
        for name in ("v", "w"):
            (tmp_path / name).mkdir()
        known = {name: config.vault_id(str(tmp_path / name), state) for name in ("v", "w")}
        write(tmp_path / "state" / config.LIST, damage)
        assert config.vault_id(str(tmp_path / "w"), state) == known["w"]
        assert config.known_vaults(state) == {known[name]: str(tmp_path / name) for name in known}
        assert (tmp_path / "state" / config.DAMAGED).read_text("utf-8") == damage

    def test_cache_and_state_are_for_this_person_only(self, tmp_path: Path) -> None:
        (tmp_path / "v").mkdir()
        places = config.Places(*(str(tmp_path / name) for name in ("config", "cache", "state")))
        found = config.vault_places(str(tmp_path / "v"), places)
        for folder in (found.cache, found.state):
            assert Path(folder).stat().st_mode & 0o777 == 0o700
