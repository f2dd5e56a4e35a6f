# Three commands, which need Python 3.11 or newer with pip, make and git, and no root:
#   make run    open a page on this machine in which you live through a whole alliance; Ctrl-C ends it
#   make test   check everything, as CI does
#   make env    prepare .venv alone; the other two do so by themselves

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
LIVE := $(VENV)/.live
READY := $(VENV)/.ready
NEW_ENOUGH := import sys, venv; sys.exit(sys.version_info < (3, 11))

# The first of these that runs and is new enough; `make PYTHON=...` names another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && { echo "$$p"; break; }; done)

# Where Python came without ensurepip (Debian without python3-venv), its own pip fills the environment.
PIP = $$(test -x $(BIN)/pip && echo $(BIN)/pip || echo $(PYTHON) -m pip --python $(BIN)/python) \
	--disable-pip-version-check --no-input --quiet

.PHONY: env run test check variants fuzz soak rows mutants lock clean

env: $(READY)

# What running needs: a third of all, so that somebody who looks at this for the first time waits ten seconds.
$(LIVE): requirements.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found; install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || { echo "Preparing $(VENV) with $$($(PYTHON) --version)"; \
		$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV); }
	@echo "Installing what it needs"
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

# And what building, checking and testing needs, with the `alliance` command.
$(READY): $(LIVE) requirements-dev.txt pyproject.toml
	@echo "Installing what its checks need, which takes half a minute"
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

run: $(LIVE)
	$(BIN)/python -m agent.cli rehearse

# As many tests at once as there are processors; each makes its own servers, databases and folders.
test: check
	$(BIN)/pytest --numprocesses auto --dist worksteal

# What reads the code without running it.
check: env
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Read every text that is made by rule out of a clear yes; none of them may be one. Takes minutes; the suite reads a sample.
variants: env
	$(BIN)/python tests/alliance/words/variants.py

# Read a million mutated messages, as the service would and in every state. Takes more than an hour of two processors; the suite
# reads some hundred. `make fuzz FUZZ="--first 400000"` goes on with a run that was broken off.
fuzz: env
	PYTHONPATH=tests/alliance $(BIN)/python tests/fuzz.py $(FUZZ)

# What the suite does for some seconds, at full length: storms of SIGKILL, every crash point, floods, volume. Takes some hours;
# `make soak SOAK="-k storm"` does a part of it, with the words of pytest.
soak: env
	SOAK=1 $(BIN)/pytest -m soak -rP $(SOAK)

# Which tests prove which row of the specification; fails while a row has none.
rows: env
	$(BIN)/python tests/rows.py

# Make small mistakes in a module, one at a time, and see how many its tests find: make mutants MODULE=agent/alliance/edit.py
# TESTS="tests/alliance/test_draft.py". Needs mutmut in .venv.
SAMPLE := 30
MINUTES := 10
mutants: env
	nice -n 10 $(BIN)/python bench/mutants.py $(MODULE) $(TESTS) --sample $(SAMPLE) --minutes $(MINUTES)

# Pin anew: needs pip-tools in .venv. No address of an index may get into the files.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: env
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt requirements-dev.in

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
