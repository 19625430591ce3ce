# Every target sets itself up: Python 3.11+, pip, make and git are all that a machine needs.
# What is installed comes from requirements.lock, by hash, into a private .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := exports orchestration transforms warehouse tests

export DAGSTER_DISABLE_TELEMETRY := yes
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo refresh dev serve test check format lock mutants bench clean

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 18

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) -V). Set PYTHON=..."; exit 1; }
	@echo "Setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements.lock)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## the private .venv, without doing anything else

demo: $(READY) ## the whole job on the bundled synthetic sample, no network
	@$(BIN)/schoolmatch refresh --source sample

SOURCE ?= live
refresh: $(READY) ## the whole job on a drop folder: make refresh SOURCE=../shared/data/2025
	@$(BIN)/schoolmatch refresh --source $(SOURCE)

PORT ?= 3000
dev: $(READY) ## Dagster's UI and daemon on http://127.0.0.1:3000
	@$(BIN)/python -m orchestration.dev --port $(PORT)

serve: $(READY) ## the published map, workbooks and files on http://127.0.0.1:8000
	@$(BIN)/schoolmatch serve

test: $(READY) ## all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(READY) ## lint, format, types, SQL lint, lock file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar sql

format: $(READY) ## format Python and SQL
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --quiet sql

SAMPLE ?= 1
mutants: $(READY) ## one small fault at a time in sql/ and transforms/: do tests notice? make mutants ONLY=sql/core SAMPLE=0.2
	@$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY),--page) --sample $(SAMPLE)

bench: $(READY) ## timings of match, refresh, workbooks and map (needs ../shared/data, Chromium)
	@$(BIN)/python -m tests.bench.bench_refresh
	@$(BIN)/python -m tests.bench.bench_map

lock: $(READY) ## requirements.lock anew, from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --all-extras --upgrade \
		--no-emit-index-url --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

clean: ## remove the .venv and caches (never the data)
	@rm -rf $(VENV) .mutants .pytest_cache .mypy_cache .ruff_cache *.egg-info
