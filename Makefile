# Every target sets up what it needs by itself: `make demo` and `make test` work on a fresh machine
# that has Python 3.11 or newer and make.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# One virtual environment for everything, made anew when the dependencies change.
READY := .venv/.ready
DEMO_ARGS ?=
TEST_ARGS ?=

.PHONY: help setup reliability demo clients test lint types format docs check bench bench-peers build clean web web-api web-check web-test screenshots

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Goldspan needs Python 3.11 or newer, found " + sys.version.split()[0] + "; set PYTHON=python3.11")'
	@echo "Installing into .venv, once: some minutes, 2 GB and more"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --constraint constraints.txt pip
	$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[train,data,postgres]' --group dev
	touch $@

setup: $(READY) ## make .venv with the package and all it needs

demo: $(READY) ## run the whole loop on made-up passages: the main job (DEMO_ARGS="--help" shows its options)
	$(BIN)/goldspan demo $(DEMO_ARGS)

# Argilla's own clients, which need interpreters of their own: their pins would bend ours.
.clients/%/.ready: tests/clients/argilla-%.txt
	$(PYTHON) -m venv .clients/$*
	.clients/$*/bin/python -m pip install -qq --requirement $<
	touch $@

clients: .clients/1.29/.ready .clients/2.8/.ready ## set up Argilla's own clients, for the tests

test: $(READY) clients ## run all tests (TEST_ARGS="-k span" selects)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(TEST_ARGS)

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

# npm writes this file whenever it has installed what the lock file names.
WEB_READY := web/node_modules/.package-lock.json

$(WEB_READY): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

web: $(WEB_READY) ## build the page (needs Node 20.19 or newer)
	cd web && npm run build

web-api: $(READY) $(WEB_READY) ## renew the page's types from the server's OpenAPI description
	$(BIN)/python web/openapi.py > web/node_modules/.openapi.json
	cd web && npx openapi-typescript node_modules/.openapi.json --alphabetize -o $(or $(TO),src/api/schema.d.ts)

web-check: ## check that the page's types are those of the server
	@$(MAKE) --no-print-directory web-api TO=node_modules/.schema.d.ts
	diff -u web/src/api/schema.d.ts web/node_modules/.schema.d.ts || { echo "run make web-api"; exit 1; }

web-test: $(WEB_READY) ## check the page's types and run its unit tests
	cd web && npm run types && npm test

screenshots: $(READY) web ## save a picture of every screen in docs/pictures
	GOLDSPAN_SCREENSHOTS=docs/pictures $(BIN)/python -m pytest -q tests/page/test_looks.py tests/page/test_lead_looks.py tests/page/test_first_ten.py

check: lint types web-check web-test web test ## all that a change must pass: format, lint, types, layers, tests, docs

reliability: $(READY) ## kill, crowd and starve a server for half an hour; renews docs/reliability.md
	$(BIN)/python tests/reliability/report.py

bench: $(READY) ## run every benchmark, quickly (BENCH_ARGS= for the long form)
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script $(BENCH_ARGS); done

bench-peers: ## install what benchmarks/server.py and reader.py compare with, beside everything else: 2 GB
	$(PYTHON) -m venv benchmarks/.peers
	benchmarks/.peers/bin/pip install -qq label-studio==1.23.2
	$(PYTHON) -m venv benchmarks/.peers-reader
	benchmarks/.peers-reader/bin/pip install -qq 'transformers==4.57.*' $(shell grep '^torch==' constraints.txt)

build: $(READY) ## build the wheel and the source distribution
	$(BIN)/python -m pip wheel -qq --no-deps --wheel-dir dist .

clean: ## remove .venv and everything built
	rm -rf .venv .clients build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
BENCH_ARGS ?= --quick
