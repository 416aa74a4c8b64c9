# The commands of the README. Everything is installed into .venv, from pinned requirements.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo setup test coverage lint bench pins clean

run: .venv/runs
	@exec $(BIN)/flask serve

demo: .venv/runs
	@exec $(BIN)/flask demo

# Only installs: for commands that are needed before the first run.
setup: .venv/runs

test: .venv/tests
	@$(BIN)/python -m pytest -n auto

# The same with the lines that no test reaches; takes half as long again.
coverage: .venv/tests
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term

lint: .venv/tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Measures look-ups, imports, exports and the ledger; the first time it fills a registry of ten million
# records, which takes a while. make bench RECORDS="100000 1000000" ROWS=100000 measures other sizes.
bench: .venv/tests
	@$(BIN)/python -m tests.bench $(if $(RECORDS),--records $(RECORDS)) --explain
	@$(BIN)/python -m tests.bench.importing $(ROWS)
	@$(BIN)/python -m tests.bench.sealing $(if $(RECORDS),--records $(RECORDS))

# Writes the pinned requirements anew; needs uv (pip install uv).
pins:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Cairn needs Python 3.11 or newer, and this is " + sys.version.split()[0] + ". Name a newer one: make run PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

.venv/runs: requirements.txt | .venv/bin/python
	@echo "Installing what Cairn needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/tests: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
