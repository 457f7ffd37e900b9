# The two commands: `make demo` and `make test`. Each makes .venv itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLANET := $(BIN)/planet
DEMO ?= output

.PHONY: demo run test check bench serve format fuzz crash soak politeness evaluate messages golden lock clean

$(VENV)/base: pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed"'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[all]'
	touch $@

$(VENV)/dev: pyproject.toml $(VENV)/base
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(VENV)/base  ## the whole job on the sample community, over HTTP on loopback
	$(PLANET) demo --output $(DEMO)

run: $(VENV)/base  ## the cron job on feeds.yaml
	$(PLANET) run

serve: $(VENV)/base  ## show output/ on loopback
	$(PLANET) serve

test: $(VENV)/dev  ## all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/dev  ## what has to be green: format, lint, types, tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-report=term:skip-covered

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev  ## whole runs beside a peer, then each stage, as ratios
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	$(BIN)/python -m bench

fuzz crash soak politeness evaluate: $(VENV)/dev  ## the long proofs
	$(BIN)/python -m bench.$@

messages: $(VENV)/dev  ## collect the sentences to translate
	$(BIN)/python -m planet.locale.extract

golden: $(VENV)/dev  ## write the golden files of the end-to-end test again
	$(BIN)/python -m tests.golden

lock: $(VENV)/dev  ## requirements-ci.txt: the versions that are installed here, once `make check` is green with them
	$(BIN)/python -m bench.lock > requirements-ci.new
	mv requirements-ci.new requirements-ci.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
