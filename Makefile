# The two commands: `make demo` and `make test`. Each makes .venv itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLANET := $(BIN)/planet
DEMO ?= output
# Bytecode is kept, also where the environment says otherwise: the tests start the program hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

.NOTPARALLEL:
.PHONY: demo run test check docs bench serve format fuzz neighbours crash notify soak politeness evaluate messages golden lock clean

# All is installed at the versions of the lock. Where they cannot be had (another Python, one withdrawn), the ranges decide, said aloud.
LOCK ?= constraints.txt
define install
	$(BIN)/pip install $(PIP_FLAGS) $(if $(LOCK),--constraint $(LOCK)) --editable '.[$(1)]' \
	  || { $(if $(LOCK),echo "WARNING: $(LOCK) cannot be installed here: the newest versions that pyproject.toml allows are taken" >&2,exit 1); \
	       $(BIN)/pip install $(PIP_FLAGS) --editable '.[$(1)]'; }
endef
, := ,
PIP_FLAGS := --quiet --disable-pip-version-check

$(BIN)/python:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed"'
	$(PYTHON) -m venv $(VENV)

$(VENV)/base: pyproject.toml $(LOCK) | $(BIN)/python
	$(call install,all)
	touch $@

# One installation: what the planet needs is a part of it.
$(VENV)/dev: pyproject.toml $(LOCK) | $(BIN)/python
	$(call install,dev)
	touch $(VENV)/base $@

demo: $(VENV)/base  ## the whole job on the sample community, over HTTP on loopback
	$(PLANET) demo --output $(DEMO)

run: $(VENV)/base  ## the cron job on feeds.yaml
	$(PLANET) run

serve: $(VENV)/base  ## show output/ on loopback
	$(PLANET) serve

# One more than two cores: a test that waits for a server, a deadline or a browser leaves its core to another.
PROCESSES ?= 3
# A file is one process's, for its tests share what they made; the longest come first: tests/conftest.py.
PARALLEL = --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

test: $(VENV)/dev  ## all tests
	$(BIN)/python -m pytest $(PARALLEL) $(TESTS)

check: $(VENV)/dev  ## what has to be green: format, lint, types, tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term:skip-covered

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/base  ## the documentation as a site, into site/, with the manual page; dead links are faults
	$(call install,all$(,)docs)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	$(BIN)/python -m planet.cli.manual > site/planet.1

bench: $(VENV)/dev  ## whole runs beside a peer, then each stage, as ratios
	$(call install,dev$(,)bench)
	$(BIN)/python -m bench

fuzz neighbours crash notify soak politeness evaluate: $(VENV)/dev  ## the long proofs
	$(BIN)/python -m bench.$@

messages: $(VENV)/dev  ## collect the sentences to translate
	$(BIN)/python -m planet.locale.extract

golden: $(VENV)/dev  ## write the golden files of the end-to-end test again
	$(BIN)/python -m tests.golden

lock:  ## constraints.txt again: the newest versions that pyproject.toml allows, from an empty environment
	rm -rf $(VENV)/newest
	$(MAKE) VENV=$(VENV)/newest LOCK= $(VENV)/newest/dev
	$(VENV)/newest/bin/python -m tests.versions --moved
	$(VENV)/newest/bin/python -m tests.versions > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
