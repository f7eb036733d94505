# Every target sets up what it needs by itself: `make demo` and `make test` work on a fresh machine
# that has Python 3.11 or newer and make.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# One virtual environment for everything, made anew when the dependencies change.
READY := .venv/.ready
DEMO_ARGS ?=
TEST_ARGS ?=

.PHONY: help setup demo test lint types format docs check bench build clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Goldspan needs Python 3.11 or newer, found " + sys.version.split()[0] + "; set PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --constraint constraints.txt pip
	$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[train,data]' --group dev
	touch $@

setup: $(READY) ## make .venv with the package and all it needs

demo: $(READY) ## run the whole loop on made-up passages: the main job (DEMO_ARGS="--help" shows its options)
	$(BIN)/goldspan demo $(DEMO_ARGS)

test: $(READY) ## run all tests (TEST_ARGS="-k span" selects)
	$(BIN)/python -m pytest $(TEST_ARGS)

lint: $(READY) ## check format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## check types, strictly
	$(BIN)/mypy

format: $(READY) ## format, and fix what lint can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## renew the reference pages from the code
	$(BIN)/python docs/generate.py

check: lint types test ## all that a change must pass: format, lint, types, layers, tests, docs

bench: $(READY) ## run every benchmark, quickly (BENCH_ARGS= for the long form)
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script $(BENCH_ARGS); done

build: $(READY) ## build the wheel and the source distribution
	$(BIN)/python -m pip wheel -qq --no-deps --wheel-dir dist .

clean: ## remove .venv and everything built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
BENCH_ARGS ?= --quick
