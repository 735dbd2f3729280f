# The commands of the project; `make help` lists them. Everything is installed into .venv only.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test test-fast lint lint-python lint-types lint-templates lint-static format bench clean
.SILENT:

# Tried in this order; set it to choose one.
PYTHON ?= python3.13 python3.12 python3.11 python3
# The Markdown file or folder that `make run` imports.
NOTES ?=
PORT ?= 8000
# More arguments for pytest, as in `make test ARGS="-k search"`.
ARGS ?=
export NOTES PORT
# Tests start many processes: none of them compiles again what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

py := .venv/bin/python
pip := $(py) -m pip install -qq --disable-pip-version-check

# Checks scripts and styles. PyPI has it for Linux on x86-64 only; elsewhere one that is installed is used.
biome = PATH="$$PWD/.venv/bin:$$PATH"; \
  command -v biome >/dev/null || { echo "Biome is not installed: scripts and styles are left out."; exit 0; }; biome

# Checks and tests get a data folder of their own, never the one in use.
own_data := data=$$(mktemp -d); trap 'rm -rf "$$data"' EXIT; export KB_VAR_DIR="$$data";

help: ## list these commands
	grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' \
	  | while IFS='|' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

run: .venv/runtime ## start the site here [NOTES=file or folder] [PORT=8000]
	exec $(py) -m kb.run --port "$$PORT" $${NOTES:+"$$NOTES"}

test: .venv/dev ## run all tests [ARGS="-k search"]
	$(py) -m tests.support.browser
	$(own_data) $(py) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: .venv/dev ## run the tests without browser, soak and PostgreSQL
	$(MAKE) test ARGS='-m "not clone and not browser and not soak and not postgres" $(ARGS)'

lint: lint-python lint-types lint-templates lint-static ## check style, imports, types and migrations

lint-python: .venv/dev
	$(py) -m ruff check .
	$(py) -m ruff format --check .
	.venv/bin/lint-imports --no-cache

lint-types: .venv/dev
	$(own_data) set -e; \
	$(py) -m mypy; \
	$(py) manage.py makemigrations --check --dry-run; \
	$(py) manage.py check

lint-templates: .venv/dev
	$(py) -m djlint --quiet --check --lint templates

lint-static: .venv/dev
	$(biome) ci --error-on-warnings static

format: .venv/dev ## put code, templates and scripts into shape
	$(py) -m ruff check --fix .
	$(py) -m ruff format .
	$(py) -m djlint --quiet --reformat templates
	$(biome) check --write static

bench: .venv/dev ## measure imports, rendering and pages
	$(own_data) $(py) -m tests.bench

clean: ## remove .venv and caches; your data in var stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find kb services tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A candidate must really run (a pyenv shim may not) and be able to make environments.
.venv/bin/python:
	[ -w . ] || { echo "This folder cannot be written: $$PWD. Copy it to one that can."; exit 1; }
	for python in $(PYTHON); do \
	  "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	    2>/dev/null && found=$$python && break; \
	done; \
	if [ -z "$${found-}" ]; then \
	  echo "No Python 3.11 or newer was found among: $(PYTHON)."; \
	  echo "Install one (on Debian and Ubuntu with its venv package: apt install python3-venv)"; \
	  echo "or name one: make PYTHON=/path/to/python"; \
	  exit 1; \
	fi; \
	echo "Making .venv with $$("$$found" --version)."; \
	"$$found" -m venv --clear .venv || { rm -rf .venv; exit 1; }

.venv/runtime: requirements.txt | .venv/bin/python
	echo "Installing what the site needs (a minute, only when requirements.txt changes)."
	$(pip) -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	echo "Installing what tests and checks need (a minute, only when requirements-dev.txt changes)."
	$(pip) -r requirements-dev.txt
	touch $@
