# Everything a newcomer needs: `make demo`, `make test`, `make check`, `make bench`,
# `make bench-video`, `make bench-coordination`, `make bench-audience`, `make bench-pages`, `make soak`.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup weights demo pictures test check bench bench-video bench-coordination bench-audience bench-pages soak

MINUTES ?= 60
FAULTS ?= 1000

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Facetally needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[cpu,dev]'
	@touch $@

weights: setup
	$(BIN)/facetally weights fetch

demo: weights
	$(BIN)/facetally demo --out demo-out

# The pictures of the README, taken again.
pictures: weights
	$(BIN)/python -m docs.take_pictures

test: weights
	$(BIN)/pytest -q

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

bench: weights
	$(BIN)/python -m benchmarks.throughput

bench-video: weights
	$(BIN)/python -m benchmarks.video

bench-coordination: setup
	$(BIN)/python -m benchmarks.coordination

bench-audience: setup
	$(BIN)/python -m benchmarks.audience

bench-pages: setup
	$(BIN)/python -m benchmarks.pages

soak: setup
	$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) --faults $(FAULTS)
	$(BIN)/pytest -q -m soak tests/faults
