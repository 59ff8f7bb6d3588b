# `make` lists the targets. They need python3 (3.11 or newer) and make, and install the rest into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FALLBACK := $(VENV)/fallback/bin/python
WORKERS ?= auto
# One part of the tests: a folder or a file (`PART=query`), or those with a word in their name.
SELECTED = $(if $(PART),$(or $(wildcard tests/$(PART)),-k $(PART)))

# Without bytecode each command that a test runs would compile the program again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help release-check run test test-all check check-fallback check-meaning check-clip check-lsp check-mcp export-all docs pictures site format lint types contracts spell lock bench kills reliability habits-long lives monkey texts wheel clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.run  ## open the app on a copy of the sample vault
	@$(BIN)/python -m notekeep demo

test: $(VENV)/.dev  ## run the fast tests in parallel; PART=query runs one part
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(SELECTED)

test-all: $(VENV)/.dev  ## run all tests at full size; PART=… as above
	@NOTEKEEP_SIZE=full $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(SELECTED) || { \
		test $$? -eq 1 && \
		echo "Run again, one by one: a test that passes now fails only on a busy machine." && \
		NOTEKEEP_SIZE=full $(BIN)/python -m pytest -n 0 --maxfail 3 --last-failed --last-failed-no-failures none $(SELECTED); }

check: format lint types contracts spell test-all  ## format, lint, types, contracts, spelling, all tests

check-fallback: $(VENV)/.fallback  ## run the full-text tests with the other fork of Whoosh
	@PYTHONPATH=$(CURDIR) $(FALLBACK) -m pytest -n 2 -q tests/search/full_text

check-meaning: $(VENV)/.dev $(VENV)/.meaning  ## run the tests of the extra `meaning`
	@PYTHONPATH=$(CURDIR)/$(VENV)/meaning $(BIN)/python -m pytest -q -n 0 tests/search/test_meaning.py

check-clip: $(VENV)/.dev $(VENV)/.clip  ## run the tests of the extra `clip`
	@PYTHONPATH=$(CURDIR)/$(VENV)/clip $(BIN)/python -m pytest -q -n 0 tests/importing/test_web_page.py tests/cli/test_clip.py

check-lsp: $(VENV)/.dev $(VENV)/.lsp  ## run the tests of the extra `lsp`
	@PYTHONPATH=$(CURDIR)/$(VENV)/lsp $(BIN)/python -m pytest -q -n 2 tests/editor

check-mcp: $(VENV)/.dev $(VENV)/.mcp  ## run the tests of the extra `mcp`
	@PYTHONPATH=$(CURDIR)/$(VENV)/mcp $(BIN)/python -m pytest -q -n 0 tests/assistant

# Installs the generators that are missing; prints a table of what the pages of each show.
export-all: $(VENV)/.dev $(VENV)/.export $(VENV)/.export-all  ## build the test vault with all 14 generators
	@NOTEKEEP_EXPORT_ALL=$(CURDIR)/$(VENV)/export-all $(BIN)/python -m pytest -q -n 0 tests/export/test_builds.py
	@NOTEKEEP_EXPORT_ALL=$(CURDIR)/$(VENV)/export-all $(BIN)/python -m tests.support.export_all

format: $(VENV)/.dev  ## check the format
	@$(BIN)/ruff format --check .

lint: $(VENV)/.dev  ## run ruff
	@$(BIN)/ruff check .

# The second run finds calls that Windows does not have.
types: $(VENV)/.dev  ## run mypy, for Linux and for Windows
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32 notekeep

contracts: $(VENV)/.dev  ## check which part may import which
	@$(BIN)/lint-imports

spell: $(VENV)/.dev  ## check the spelling
	@$(BIN)/codespell

docs: $(VENV)/.dev  ## generate reference pages, man pages and completions
	@$(BIN)/python docs/.make/commands.py
	@$(BIN)/python docs/.make/fields.py
	@$(BIN)/python docs/.make/keys.py
	@$(BIN)/python docs/.make/settings.py
	@$(BIN)/python docs/.make/share.py

# Look at the pictures before you commit them.
pictures: $(VENV)/.dev  ## record the pictures of the manual and the snapshots of all screens
	@NOTEKEEP_WRITE_PICTURES=1 $(BIN)/python -m pytest -q -n $(WORKERS) -r fE tests/docs/test_pictures.py tests/docs/test_tour.py tests/snapshots

site: docs $(VENV)/.export  ## build the manual as a website
	@NO_MKDOCS_2_WARNING=1 $(VENV)/export/bin/mkdocs build --quiet

bench: $(VENV)/.dev $(VENV)/.bench $(VENV)/.lsp  ## measure speed, as ratios to other libraries; ARGS=…
	@$(BIN)/python -m bench.run $(ARGS)

kills: $(VENV)/.dev  ## kill the indexing process at random; SIZE=25
	@NOTEKEEP_INDEX_KILLS=$(or $(SIZE),25) $(BIN)/python -m pytest -q tests/catalog/test_background.py

reliability: $(VENV)/.dev  ## measure the reliability scorecard; SIZE=full
	@$(BIN)/python -m reliability --write --size $(or $(SIZE),full)

habits-long: $(VENV)/.dev  ## test habits at the size of a release
	@NOTEKEEP_HABIT_SETS=20000 NOTEKEEP_HABIT_MERGES=500 NOTEKEEP_HABIT_LINES=1000000 \
		$(BIN)/python -m pytest -n $(WORKERS) -q tests/habits/test_sets.py tests/habits/tracking

lives: $(VENV)/.dev  ## take drafts through 200 random histories of edits and exports
	@NOTEKEEP_LIVES=200 $(BIN)/python -m pytest -q -n 0 tests/export/test_life.py

monkey: $(VENV)/.dev  ## send 10,000 random keys and clicks; SIZE=… SEEDS="2 3"
	@NOTEKEEP_MONKEY=$(or $(SIZE),10000) NOTEKEEP_MONKEY_SEEDS="$(or $(SEEDS),1)" \
		$(BIN)/python -m pytest -q -n 0 tests/tui/test_monkey.py

texts: $(VENV)/.dev  ## parse 500,000 random texts as Markdown; SIZE=…
	@NOTEKEEP_TEXTS=$(or $(SIZE),500000) $(BIN)/python -m pytest -q -n 0 tests/markdown/test_random_texts.py

release-check: $(VENV)/.release  ## build, install, use, upgrade and remove the package; ARGS=…
	@$(VENV)/release/bin/python release/check.py $(ARGS)

wheel: $(VENV)/.run  ## build dist/notekeep-….whl
	@rm -f dist/*.whl
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

clean:  ## remove everything that make installed or built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.export: requirements/export.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/export
	$(VENV)/export/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/export.txt
	@touch $@

$(VENV)/.export-all: requirements/zensical.txt requirements/node/package.json requirements/node/package-lock.json | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/export-all
	$(VENV)/export-all/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/zensical.txt
	cp requirements/node/package.json requirements/node/package-lock.json $(VENV)/export-all
	cd $(VENV)/export-all && npm ci --no-audit --no-fund --loglevel=error
	command -v jekyll > /dev/null || apt-get install --yes --quiet jekyll || (apt-get update --quiet && apt-get install --yes --quiet jekyll)
	@touch $@

$(VENV)/.bench: requirements/bench.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/bench
	$(VENV)/bench/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/.release: requirements/release.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/release
	$(VENV)/release/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/release.txt
	@touch $@

$(VENV)/.fallback: requirements/fallback.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/fallback
	$(FALLBACK) -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/fallback.txt
	@touch $@

# A folder of its own, so that no other test starts the process that computes what notes mean.
$(VENV)/.meaning: requirements/meaning.txt | $(BIN)/python
	rm -rf $(VENV)/meaning
	$(PIP) install --no-deps --require-hashes --target $(VENV)/meaning -r requirements/meaning.txt
	@touch $@

# A folder of its own, because the other tests read pages without it.
$(VENV)/.clip: requirements/clip.txt | $(BIN)/python
	rm -rf $(VENV)/clip
	$(PIP) install --no-deps --require-hashes --target $(VENV)/clip -r requirements/clip.txt
	@touch $@

# A folder of its own, because the other commands do not need it.
$(VENV)/.lsp: requirements/lsp.txt | $(BIN)/python
	rm -rf $(VENV)/lsp
	$(PIP) install --no-deps --require-hashes --target $(VENV)/lsp -r requirements/lsp.txt
	@touch $@

# A folder of its own, because the other tests start without it.
$(VENV)/.mcp: requirements/mcp.txt | $(BIN)/python
	rm -rf $(VENV)/mcp
	$(PIP) install --no-deps --require-hashes --target $(VENV)/mcp -r requirements/mcp.txt
	@touch $@

# The lock files: for every platform and Python we support, with hashes and no addresses.
COMPILE = $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: | $(BIN)/python  ## update requirements/*.txt
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install uv
	$(COMPILE) --extra images pyproject.toml requirements/run.in --output-file requirements/run.txt
	$(COMPILE) requirements/dev.in --constraint requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) requirements/export.in --output-file requirements/export.txt
	$(COMPILE) requirements/zensical.in --output-file requirements/zensical.txt
	cd requirements/node && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	$(BIN)/python docs/.make/lock.py
	$(COMPILE) requirements/fallback.in --constraint requirements/run.txt --output-file requirements/fallback.txt
	$(COMPILE) --no-deps requirements/meaning.in --constraint requirements/dev.txt --output-file requirements/meaning.txt
	$(COMPILE) requirements/clip.in --constraint requirements/dev.txt --output-file requirements/clip.txt
	$(COMPILE) --no-deps requirements/lsp.in --constraint requirements/dev.txt --output-file requirements/lsp.txt
	$(COMPILE) requirements/mcp.in --constraint requirements/dev.txt --output-file requirements/mcp.txt
	$(COMPILE) requirements/bench.in --output-file requirements/bench.txt
	$(COMPILE) requirements/release.in --output-file requirements/release.txt
