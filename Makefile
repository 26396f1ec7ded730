# What people and CI run. Needs only make and Python 3.11 or newer with venv.
#
#   make run    the till on a demo shop (ARGS="..." adds options)
#   make test   every check: format, lint, types, borders, tests
#   make unit   the fast tests only
#   make bench  the benchmarks
#   make fmt    format the sources       make i18n  extract and compile the texts
#   make keys   write docs/keys.md       make night the long runs
#   make lock   compile the lock files   make clean remove what was made
#   make picture  write docs/checkout.svg and docs/register.svg
#   make world SEEDS=n FROM=k  days in the deterministic world (docs/reliability.md)
#   make soak SOAK_DAYS=n SOAK_SALES=n  many days on one file; memory after each

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
SOURCES := tui core devices db tests tools $(wildcard bench)
WORKERS ?= 2
# Tests wait for devices' time limits as much as they compute.
TESTERS ?= 4
# Lengths of the runs of the night.
FRAMES ?= 100000
POINTS ?= 10000
DOUBLES ?= 2500
DISK ?= 1000
TUI_POINTS ?= 200
STATES ?= 200000
SALES ?= 1000
SEEDS ?= 1000
FROM ?= 1
SOAK_DAYS ?= 30
SOAK_SALES ?= 2000
NIGHT_SEEDS ?= 100000

# A stamp per content of the files it was installed from: a second run calls no pip.
RUN_STAMP := .venv/.run-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
DEV_STAMP := .venv/.dev-$(shell cat requirements-dev.lock pyproject.toml | cksum | cut -d' ' -f1)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
# An editable install compiles nothing, and where PYTHONDONTWRITEBYTECODE is set no start does.
COMPILE := $(BIN)/python -m compileall -q tui core devices db

.PHONY: run test check unit world soak night bench lock fmt i18n keys picture clean
.NOTPARALLEL:

run: $(RUN_STAMP)
	@exec $(BIN)/blipp run --demo $(ARGS)

test: check

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n $(TESTERS)
	$(BIN)/python -m tests.world --seeds 1000 --processes $(WORKERS) --quiet

unit: $(DEV_STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow and not hardware and not night" \
	  tests/unit tests/wire

world: $(DEV_STAMP)
	@$(BIN)/python -m tests.world --seeds $(SEEDS) --from $(FROM) --processes $(WORKERS)

soak: $(DEV_STAMP)
	@PYTHONMALLOC=malloc $(BIN)/python -m tests.world.soak --days $(SOAK_DAYS) --sales $(SOAK_SALES)

night: $(DEV_STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "night"
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "hypothesis" --hypothesis-profile=night
	$(BIN)/python -m tests.tamper $(TAMPER)
	$(BIN)/python -m tests.frames $(FRAMES)
	$(BIN)/python -m tests.crash.points points=$(POINTS) doubles=$(DOUBLES) disk=$(DISK)
	$(BIN)/python -m tests.crash.tui_points tui=$(TUI_POINTS)
	$(BIN)/python -m tests.crash.power_run states=$(STATES)
	$(BIN)/python -m tests.secrets $(SALES)
	$(BIN)/python -m tests.world --seeds $(NIGHT_SEEDS) --from 1001 --processes $(WORKERS)
	PYTHONMALLOC=malloc $(BIN)/python -m tests.world.soak --days $(SOAK_DAYS) --sales $(SOAK_SALES)

bench: $(DEV_STAMP)
	@$(BIN)/python -m bench $(ARGS)

fmt: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

i18n: $(DEV_STAMP)
	$(BIN)/python tools/i18n.py

keys: $(DEV_STAMP)
	$(BIN)/python tools/keys.py

picture: $(DEV_STAMP)
	$(BIN)/python tools/checkout_picture.py
	$(BIN)/python tools/register_picture.py

lock:
	$(PYTHON) tools/lock.py

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- the environment ----------------------------------------------------------------------------

# What is missing on this machine, as one line; empty when nothing is. Asked only without a .venv.
PROBLEM = $(shell \
  if ! $(PYTHON) -c '' 2>/dev/null; then \
    echo "Python 3.11 or newer is missing: sudo apt install python3 python3-venv"; \
  elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
    echo "Python 3.11 or newer is needed: install it, then make run PYTHON=python3.11"; \
  elif ! $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
    echo "The venv module of Python is missing: sudo apt install python3-venv"; \
  fi)

$(BIN)/python:
	$(eval FOUND := $(PROBLEM))$(if $(FOUND),$(error $(FOUND)))
	@$(PYTHON) -m venv --clear .venv

$(RUN_STAMP): | $(BIN)/python
	@echo "Installing the locked packages (only this once)" >&2
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@rm -f .venv/.run-*
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@

# The development lock holds the run lock's versions, so it serves `make run` as well.
$(DEV_STAMP): | $(BIN)/python
	@echo "Installing the locked packages and tools (only this once)" >&2
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@rm -f .venv/.dev-* .venv/.run-*
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@ $(RUN_STAMP)
