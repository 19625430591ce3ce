# Every target sets itself up: Python 3.11+, pip, make and git are all that a machine needs.
# What is installed comes from three locks, by hash, into a private .venv. Each holds the one before it, in the same versions:
# requirements.lock runs the job, requirements-ui.lock has Dagster's UI too, requirements-bucket.lock what publishes to a bucket,
# requirements-service.lock what runs as a service on Postgres, requirements-cluster.lock what matches on many machines,
# requirements-dev.lock all of it and what tests and checks need.
# requirements-setup.lock is what installs them: pip checks its hashes. What the benchmark compares with has a
# lock of its own, and a venv that holds the tools of tests as well: nothing else here needs it. So have the servers that tests
# speak to: without them (make setup-servers) those tests are skipped, and say so. And so has the other engine on which the match is
# run for comparison (make portability).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_UI := $(VENV)/.ready-ui
READY_DEV := $(VENV)/.ready-dev
WITH_BUCKET := $(VENV)/.with-bucket
WITH_SERVICE := $(VENV)/.with-service
WITH_CLUSTER := $(VENV)/.with-cluster
VENV_BENCH := .venv-bench
READY_BENCH := $(VENV_BENCH)/.ready
LOCK_BENCH := tests/bench/requirements.lock
VENV_SERVERS := .venv-servers
READY_SERVERS := $(VENV_SERVERS)/.ready
LOCK_SERVERS := tests/servers/requirements.lock
VENV_SPARK := .venv-spark
READY_SPARK := $(VENV_SPARK)/.ready
LOCK_SPARK := tests/portability/requirements.lock
LOCKS := requirements-setup.lock requirements.lock pyproject.toml
PACKAGES := exports orchestration transforms warehouse
CODE := $(PACKAGES) tests

export DAGSTER_DISABLE_TELEMETRY := yes
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.NOTPARALLEL: # all targets install into one .venv
.PHONY: help setup setup-ui setup-bucket setup-service setup-cluster setup-dev setup-servers setup-spark demo refresh dev serve test check audit \
	format lock mutants soak bench portability clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 18

# What was asked for beside the rest (.with-bucket) stays with every later sync.
EXTRAS = $(patsubst $(VENV)/.with-%,requirements-%.lock,$(wildcard $(VENV)/.with-*))

# What sets up is named again, because a sync takes away what no file names. Bytecode is compiled here, since the interpreter may
# not be allowed to write it later. $(1): the locks; $(2): the venv, where it is not the usual one.
define install
@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(or $(2),$(VENV))/bin/python --require-hashes requirements-setup.lock $(1) $(EXTRAS)
@$(BIN)/uv pip install --quiet --python $(or $(2),$(VENV))/bin/python --no-deps --no-build-isolation --editable .
@$(BIN)/python -m compileall -q -j 0 $(PACKAGES)
endef

$(READY): $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) -V). Set PYTHON=..."; exit 1; }
	@echo "Setting up $(VENV) (once; half a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements-setup.lock
	$(call install,requirements.lock)
	@rm -f $(READY_UI) $(READY_DEV)
	@touch $@

# The venv itself comes first, but a newer stamp of it is no reason to install anew: a newer lock is.
$(READY_UI): requirements-ui.lock $(LOCKS) | $(READY)
	@echo "Adding Dagster's UI to $(VENV)"
	$(call install,requirements-ui.lock)
	@rm -f $(READY_DEV)
	@touch $@

$(VENV)/.with-%: requirements-%.lock $(LOCKS) | $(READY)
	@echo "Adding $* to $(VENV)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements-$*.lock
	@touch $@

$(READY_DEV): requirements-dev.lock $(LOCKS) | $(READY)
	@echo "Adding the tools of tests and checks to $(VENV) (once; half a minute)"
	$(call install,requirements-dev.lock)
	@touch $(READY_UI) $@

$(READY_BENCH): $(LOCK_BENCH) requirements-dev.lock $(LOCKS) | $(READY)
	@echo "Setting up $(VENV_BENCH) (once; half a minute)"
	@$(PYTHON) -m venv $(VENV_BENCH)
	$(call install,requirements-dev.lock $(LOCK_BENCH),$(VENV_BENCH))
	@touch $@

$(READY_SERVERS): $(LOCK_SERVERS) | $(READY)
	@echo "Setting up $(VENV_SERVERS) (once)"
	@$(PYTHON) -m venv $(VENV_SERVERS)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(VENV_SERVERS)/bin/python --require-hashes $(LOCK_SERVERS)
	@touch $@

# Spark comes as source alone: it is built by the setuptools that the first line has installed, and not by one fetched for it.
$(READY_SPARK): $(LOCK_SPARK) requirements-dev.lock $(LOCKS) | $(READY)
	@echo "Setting up $(VENV_SPARK) (once; some minutes, Spark is 400 MB)"
	@$(PYTHON) -m venv $(VENV_SPARK)
	$(call install,requirements-dev.lock,$(VENV_SPARK))
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(VENV_SPARK)/bin/python --require-hashes --no-deps --no-build-isolation --requirement $(LOCK_SPARK)
	@touch $@

setup: $(READY) ## the private .venv that runs the job, without doing anything else

setup-ui: $(READY_UI) ## with Dagster's UI

setup-bucket: $(WITH_BUCKET) ## with what publishes to a bucket

setup-service: $(WITH_SERVICE) ## with what runs as a service: Postgres, and Dagster's UI

setup-cluster: $(WITH_CLUSTER) ## with Dask: the match of millions of places on many machines

setup-dev: $(READY_DEV) ## with the tools of tests and checks

setup-servers: $(READY_SERVERS) ## the servers that some tests speak to, in a venv of their own

setup-spark: $(READY_SPARK) ## the other engine, Apache Spark, in a venv of its own (needs Java 17)

demo: $(READY) ## the whole job on the bundled synthetic sample, no network
	@$(BIN)/schoolmatch refresh --source sample

SOURCE ?= live
refresh: $(READY) ## the whole job on a drop folder: make refresh SOURCE=../shared/data/2025
	@$(BIN)/schoolmatch refresh --source "$(SOURCE)"

PORT ?= 3000
dev: $(READY_UI) ## Dagster's UI and daemon on http://127.0.0.1:3000
	@$(BIN)/python -m orchestration.dev --port $(PORT)

serve: $(READY) ## the published map, workbooks and files on http://127.0.0.1:8000
	@$(BIN)/schoolmatch serve

# Three on two cores: some wait for a daemon, or for what another makes for all. The longest files come first (tests/conftest.py).
test: $(READY_DEV) ## all tests, and which took longest
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 15 --durations-min 5

check: $(READY_DEV) ## lint, format, types, SQL lint, known vulnerabilities
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar sql
	@$(MAKE) --no-print-directory audit

audit: $(READY_DEV) ## known vulnerabilities of what the locks pin: make audit ADVISORIES=PyPI-all.zip where there is no network
	@$(BIN)/python -m tests.audit $(if $(ADVISORIES),--advisories "$(ADVISORIES)")

format: $(READY_DEV) ## format Python and SQL
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --quiet sql

SAMPLE ?= 1
mutants: $(READY_DEV) ## one small fault at a time in sql/ and transforms/: do tests notice? make mutants ONLY=sql/core SAMPLE=0.2
	@$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY),--page) --sample $(SAMPLE)

soak: $(READY_DEV) ## kills, crashes, mutated files, for most of an hour; writes docs/reliability.md (national files: ../shared/data)
	@$(BIN)/python -m tests.reliability all

PARTS ?=
bench: $(READY_BENCH) ## timings of refresh, workbooks, command line, map and match; writes docs/performance.md (needs ../shared/data, Chromium)
	@$(VENV_BENCH)/bin/python -m tests.bench $(PARTS) $(if $(SIZES),--sizes $(SIZES)) $(if $(RUNS),--runs $(RUNS))

portability: $(READY_SPARK) ## the match on Apache Spark too: are its rows those of DuckDB? make portability DATA=data for what was refreshed there
	@$(VENV_SPARK)/bin/python -m tests.portability $(if $(DATA),--home "$(DATA)")

UPGRADE ?= --upgrade
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url $(UPGRADE) \
	--custom-compile-command "make lock" --output-file
lock: $(READY) ## the locks anew, from pyproject.toml and the requirements.in of tests: make lock UPGRADE= keeps the versions that are there
	@$(COMPILE) requirements-dev.lock --all-extras --group setup pyproject.toml
	@$(COMPILE) requirements-ui.lock --constraints requirements-dev.lock --extra ui pyproject.toml
	@$(COMPILE) requirements-bucket.lock --constraints requirements-dev.lock --extra bucket pyproject.toml
	@$(COMPILE) requirements-service.lock --constraints requirements-dev.lock --extra service pyproject.toml
	@$(COMPILE) requirements-cluster.lock --constraints requirements-dev.lock --extra cluster pyproject.toml
	@$(COMPILE) requirements.lock --constraints requirements-dev.lock pyproject.toml
	@$(COMPILE) requirements-setup.lock --constraints requirements-dev.lock --group setup
	@$(COMPILE) $(LOCK_BENCH) --constraints requirements-dev.lock tests/bench/requirements.in
	@$(COMPILE) $(LOCK_SPARK) --constraints requirements-dev.lock tests/portability/requirements.in
	@$(COMPILE) $(LOCK_SERVERS) tests/servers/requirements.in

clean: ## remove the venvs and caches (never the data)
	@rm -rf $(VENV) $(VENV_BENCH) $(VENV_SERVERS) $(VENV_SPARK) .bench .mutants .soak .pytest_cache .mypy_cache .ruff_cache *.egg-info
