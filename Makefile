# notekeep: every task of the house. `make run` and `make test` need python3 (3.11 or newer) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FALLBACK := $(VENV)/fallback/bin/python
WORKERS ?= auto
# One part of the tests: a folder or a file (`PART=query`), or those with a word in their name.
SELECTED = $(if $(PART),$(or $(wildcard tests/$(PART)),-k $(PART)))

# Without its bytecode each command that a test runs would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: release-check run test test-all check check-fallback export-all docs pictures site format lint types contracts spell lock bench kills reliability habits-long lives monkey texts wheel clean

run: $(VENV)/.run
	@$(BIN)/python -m notekeep demo

# What one runs while one works; `make test PART=query` runs one part.
test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(SELECTED)

# All tests, at their full size.
test-all: $(VENV)/.dev
	@NOTEKEEP_SIZE=full $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(SELECTED)

check: format lint types contracts spell test-all

# The words on the other fork of Whoosh, so that there is a way out of the first.
check-fallback: $(VENV)/.fallback
	@PYTHONPATH=$(CURDIR) $(FALLBACK) -m pytest -n 2 -q tests/search/full_text

# Every generator that drafts are written for: what is missing is installed, then each builds the
# vault of traps, and the table says what its pages show.
export-all: $(VENV)/.dev $(VENV)/.export $(VENV)/.export-all
	@NOTEKEEP_EXPORT_ALL=$(CURDIR)/$(VENV)/export-all $(BIN)/python -m pytest -q -n 0 tests/export/test_builds.py
	@NOTEKEEP_EXPORT_ALL=$(CURDIR)/$(VENV)/export-all $(BIN)/python -m tests.support.export_all

format: $(VENV)/.dev
	@$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	@$(BIN)/ruff check .

# The second run finds calls that Windows does not have.
types: $(VENV)/.dev
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32 notekeep

contracts: $(VENV)/.dev
	@$(BIN)/lint-imports

spell: $(VENV)/.dev
	@$(BIN)/codespell

docs: $(VENV)/.dev
	@$(BIN)/python docs/.make/commands.py
	@$(BIN)/python docs/.make/fields.py
	@$(BIN)/python docs/.make/keys.py
	@$(BIN)/python docs/.make/settings.py
	@$(BIN)/python docs/.make/share.py

# The interface as the manual shows it, and every screen in every state (tests/snapshots); look at
# the pictures before they are committed.
pictures: $(VENV)/.dev
	@NOTEKEEP_WRITE_PICTURES=1 $(BIN)/python -m pytest -q -n $(WORKERS) -r fE tests/docs/test_pictures.py tests/docs/test_tour.py tests/snapshots

site: docs $(VENV)/.export
	@NO_MKDOCS_2_WARNING=1 $(VENV)/export/bin/mkdocs build --quiet

bench: $(VENV)/.dev $(VENV)/.bench
	@$(BIN)/python -m bench.run $(ARGS)

# The index killed while it is built and changed, as often as wanted.
kills: $(VENV)/.dev
	@NOTEKEEP_INDEX_KILLS=$(or $(SIZE),25) $(BIN)/python -m pytest -q tests/catalog/test_background.py

reliability: $(VENV)/.dev
	@$(BIN)/python -m reliability --write --size $(or $(SIZE),full)

# What `make check` does with habits, at the size that a release is held to.
habits-long: $(VENV)/.dev
	@NOTEKEEP_HABIT_SETS=20000 NOTEKEEP_HABIT_MERGES=500 NOTEKEEP_HABIT_LINES=1000000 \
		$(BIN)/python -m pytest -n $(WORKERS) -q tests/habits/test_sets.py tests/habits/tracking

# Drafts through 200 lives of edits, renames and exports; `make check` leads a dozen.
lives: $(VENV)/.dev
	@NOTEKEEP_LIVES=200 $(BIN)/python -m pytest -q -n 0 tests/export/test_life.py

# Random keys and clicks over a hostile vault; `make check` does 500 of them.
monkey: $(VENV)/.dev
	@NOTEKEEP_MONKEY=$(or $(SIZE),10000) NOTEKEEP_MONKEY_SEEDS="$(or $(SEEDS),1)" \
		$(BIN)/python -m pytest -q -n 0 tests/tui/test_monkey.py

# Random texts for the one reader of Markdown; `make check` reads 3,000.
texts: $(VENV)/.dev
	@NOTEKEEP_TEXTS=$(or $(SIZE),500000) $(BIN)/python -m pytest -q -n 0 tests/markdown/test_random_texts.py

# A release built, installed, used, upgraded and removed as strangers do; ARGS="--python 3.12".
release-check: $(VENV)/.release
	@$(VENV)/release/bin/python release/check.py $(ARGS)

wheel: $(VENV)/.run
	@rm -f dist/*.whl
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

clean:
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

# The lock files: for every platform and Python we support, with hashes and no addresses.
COMPILE = $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install uv
	$(COMPILE) --extra images pyproject.toml requirements/run.in --output-file requirements/run.txt
	$(COMPILE) requirements/dev.in --constraint requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) requirements/export.in --output-file requirements/export.txt
	$(COMPILE) requirements/zensical.in --output-file requirements/zensical.txt
	cd requirements/node && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	$(BIN)/python docs/.make/lock.py
	$(COMPILE) requirements/fallback.in --constraint requirements/run.txt --output-file requirements/fallback.txt
	$(COMPILE) requirements/bench.in --output-file requirements/bench.txt
	$(COMPILE) requirements/release.in --output-file requirements/release.txt
