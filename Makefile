# Homeward's front door. `make` alone prints the commands.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Compiled once, read by every process that a run starts: without it each spends seconds compiling.
unexport PYTHONDONTWRITEBYTECODE

UV_VERSION := 0.13.9
UV_STAMP := .tools/.uv-$(UV_VERSION)
RUN := .venv/bin/python
TESTS := $(RUN) -m pytest -q

# A stamp is named for what it was made from: when that changes, set-up runs again.
SETUP_INPUTS := uv.lock pyproject.toml deploy/assets.yaml $(wildcard libs/devstack/src/care_devstack/data/*-jars.txt)
SETUP_STAMP := .venv/.setup-$(shell cat $(SETUP_INPUTS) 2>/dev/null | cksum | tr ' ' '-')

# Python 3.11, under either of its names; PYTHON=/path/to/python3.11 names another.
PYTHON ?= $(shell for name in python3.11 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	&& command -v "$$name" && break; done)

##@ See it

demo: setup ## Stream ten simulated days of three hospitals and reconcile them (ONCE=1 ends after that)
	@$(RUN) -m care_devstack demo $(if $(filter-out 0 no false,$(ONCE)),--once)

up: setup ## Start the whole stack in the background
	@$(RUN) -m care_devstack up

down: setup ## Stop it; the data stay
	@$(RUN) -m care_devstack down

status: setup ## Show what runs
	@$(RUN) -m care_devstack status

reset: setup ## Stop it and drop the data
	@$(RUN) -m care_devstack reset

token: setup ## Print a bearer token: make -s token ROLE=nurse
	@$(RUN) -m care_devstack token --role "$(or $(ROLE),nurse)"

adt: setup ## Send the messages of a file over MLLP: make adt [F=file.hl7] [MLLP=host:port]
	@test -n "$(F)" || { mkdir -p .run && $(RUN) -m hospital_sim sample >.run/sample.hl7; }
	@$(RUN) -m hospital_sim send "$(or $(F),.run/sample.hl7)" \
		--mllp "$(or $(MLLP),127.0.0.1:$(or $(ADT_INGEST_MLLP_PORT),2575))"

##@ Work on it

setup: $(SETUP_STAMP) ## Have everything that the other commands need

test: test-unit ## Run every test: unit tier, then real Kafka, PostgreSQL and browser
	@$(RUN) -m care_devstack browser >/dev/null
	@$(call say,Contracts and architecture and ports and properties and integration)
	@$(TESTS) $(wildcard $(addprefix tests/,integration interop ports properties contracts architecture)) -n 3 --dist loadfile --no-loadscope-reorder
	@$(call say,End to end and browser and faults)
	@$(TESTS) $(wildcard $(addprefix tests/,chaos e2e browser)) -n 2 --dist loadfile

test-unit: setup ## Run the unit tier: seconds, nothing started
	@$(call say,Unit tier)
	@# Two plain processes: xdist would collect everything twice and report through a third.
	@$(TESTS) tests/unit/[a-su-z]*/ & first=$$!; \
	$(TESTS) tests/unit/t*/; second=$$?; \
	wait $$first && exit $$second

check: setup ## What CI runs: lint, types, architecture, tests
	@$(call say,Lint)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@$(call say,Types)
	@.venv/bin/pyright
	@$(call say,Layers)
	@.venv/bin/lint-imports
	@$(MAKE) test

chaos: setup ## Kill and cut under load, then look at the ledger
	@CARE_CORPUS=100000 $(TESTS) tests/chaos tests/integration/chassis -n 3 --dist loadfile

bench: setup ## Run the benchmarks (MEMORY=1: watch memory over a million messages; MILLION=1: store a million encounters)
	@$(RUN) -m tests.bench.arriving $(if $(filter-out 0 no false,$(MEMORY)),--million)
	@$(RUN) -m tests.bench.following $(if $(filter-out 0 no false,$(MILLION)),--million)
	@$(TESTS) -s tests/bench/reading

help:
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo up down status reset token adt setup test test-unit check chaos bench help

say = printf '\n== %s\n' '$(1)'

$(SETUP_STAMP): $(UV_STAMP)
	@echo "Installing the Python packages" >&2
	@.tools/bin/uv sync --frozen --compile-bytecode --python "$(PYTHON)" >&2
	@$(RUN) -m care_devstack fetch >&2
	@rm -f .venv/.setup-*
	@touch $@

$(UV_STAMP):
	@test -n "$(PYTHON)" || { \
		echo "Homeward needs Python 3.11 and found $$(python3 --version 2>/dev/null || echo none): install python3.11 or name it with PYTHON=/path/to/python3.11." >&2; \
		exit 1; }
	@echo "Preparing .tools with uv $(UV_VERSION)" >&2
	@"$(PYTHON)" -m venv .tools >&2 || { \
		rm -rf .tools; \
		echo "Python's venv module is incomplete: install python3.11-venv." >&2; exit 1; }
	@.tools/bin/python -m pip install --quiet "uv==$(UV_VERSION)" >&2 || { \
		rm -rf .tools; \
		echo "uv $(UV_VERSION) could not be installed: check the network and pip's settings." >&2; exit 1; }
	@rm -f .tools/.uv-*
	@touch $@
