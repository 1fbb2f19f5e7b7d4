# Set-up, grading and checks. `make grade` and `make test` work on a fresh machine with Python 3.11 or newer.

VENV ?= .venv
PYTHON ?= python3
JOBS ?=
PYTEST_ARGS ?=
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT ?= build/grade

.PHONY: help setup grade verify test slow lint format types release wheel-test attacks reruns bench clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(READY)  ## make .venv with everything in it, once

# torch goes first and alone: asked for by another package, pip might fetch a second build of it.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is not installed: on Debian or Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt hatchling editables
	$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt \
	  --no-build-isolation --editable '.[cluster,course,dev,verify]'
	touch $@

grade: $(READY)  ## grade the sample class into build/grade
	$(BIN)/autograder grade tests/class/01_autograd --assignment 01_autograd --hidden --out $(OUT) \
	  $(if $(JOBS),--jobs $(JOBS))

verify: $(READY)  ## grade all solutions whose grade is known, and count the slips
	$(BIN)/autograder verify $(if $(JOBS),--jobs $(JOBS)) $(if $(PART),--part $(PART)) --json build/verify.json

test: $(READY)  ## the tests, without the slow ones
	$(BIN)/python -m pytest -m "not slow" -n auto --dist worksteal $(PYTEST_ARGS)

slow: $(READY)  ## the slow tests; installs SLURM (on Debian, as root) if it is not there
	.ci/install-slurm
	$(BIN)/python -m pytest -m slow -n auto --dist worksteal $(PYTEST_ARGS)

lint: $(READY)  ## style, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(READY)  ## format the sources
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: $(READY)  ## strict type checking of autograder/
	$(BIN)/mypy

release: $(READY)  ## make the student notebooks from the reference
	$(BIN)/autograder release --all

wheel-test: $(READY)  ## build the wheel and run the tests against it, without the sources
	VENV=$(abspath $(VENV)) .ci/wheel-test $(PYTEST_ARGS)

attacks: $(READY)  ## try every attack of tests/attacks against every isolation that this machine has
	$(BIN)/python -m tests.attacks

reruns: $(READY)  ## grade each reference 20 times on a crowded machine: is every grade the same?
	$(BIN)/python -m tests.benchmarks.reruns

bench: $(READY)  ## benchmarks
	$(BIN)/python -m tests.benchmarks.gradient_channel
	$(BIN)/python -m tests.benchmarks.start
	$(BIN)/python -m tests.benchmarks.batch
	$(BIN)/python -m tests.benchmarks.ten_thousand

clean:  ## remove what was built, but not .venv
	rm -rf build dist
