# Everything that is done with this repository. `make conformance` and `make test` need Python 3.11 or newer and make,
# nothing else: no server, no Docker, no root.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests run at once.
JOBS ?= 2
SOURCES := greentic_session conformance tests tools examples

.PHONY: help conformance test test-fast matrix races results soak check format docs site clean

help:
	@echo "make conformance   judge the reference stores, in memory and on a real server"
	@echo "make test          every test"
	@echo "make test-fast     the tests of the Redis store on fakeredis, no server"
	@echo "make matrix        try the suite on every wrong store, and write the kill matrix anew"
	@echo "make races         see that racy wrong stores die and correct ones pass, over and over"
	@echo "make results       judge the published Rust crates, and write conformance/results anew; needs cargo"
	@echo "make soak          judge the correct stores over and over; SOAK='--seeds 1-10 --efforts quick' for less"
	@echo "make check         format, lint and types"
	@echo "make format        format and mend what can be mended"
	@echo "make docs          build the site, strictly"
	@echo "make site          build the site and serve it on the loopback interface"

$(VENV)/.all: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[all]'
	@touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.all

# The second store is judged also where the first one fails.
conformance: $(VENV)/.all
	@status=0; \
	$(BIN)/greentic-session conformance memory --report reports/memory || status=$$?; \
	$(BIN)/greentic-session conformance "$${REDIS_URL:-embedded-redis}" --report reports/redis || status=$$?; \
	exit $$status

test: $(VENV)/.dev
	$(BIN)/pytest -n $(JOBS) --dist worksteal

test-fast: $(VENV)/.dev
	$(BIN)/pytest tests/stores --fake-server

matrix: $(VENV)/.dev
	$(BIN)/python -m tools.kill_matrix

races: $(VENV)/.dev
	$(BIN)/python -m tools.races $(RACES)

results: $(VENV)/.dev
	$(BIN)/python -m tools.make_results $(RESULTS)

# What has been run isn't run again, until the code has changed; the summary is committed.
soak: $(VENV)/.dev
	$(BIN)/python -m tools.soak $(SOAK)

check: $(VENV)/.dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy greentic_session conformance/greentic_session_conformance tools examples

format: $(VENV)/.dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

docs: $(VENV)/.dev
	$(BIN)/python -m tools.build_site_pages
	$(BIN)/mkdocs build --strict

site: docs
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site 8000

clean:
	rm -rf $(VENV) build dist reports
