# `make demo` and `make test` do all their own set-up: Python 3.11 or later and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check bench torture docs clean

demo: $(VENV)/.core
	$(BIN)/howfar demo demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python -m benchmarks.index_variants

torture: $(VENV)/.dev
	$(BIN)/python benchmarks/torture.py

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) demo

# The locks hold versions and hashes for every system. uv installs them in seconds; where it
# cannot (an index that only pip is configured for) pip does the same. --no-deps: the package
# itself brings nothing that is not locked. Compiled once: else each program compiles anew where
# Python may not keep what it compiled.
define install
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/$(1) || \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements/$(1)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . || \
		$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $(2)
endef

$(VENV)/.core: requirements/core.txt requirements/uv.txt pyproject.toml
	$(call install,core.txt,$(VENV)/.core)

$(VENV)/.dev: requirements/dev.txt requirements/uv.txt pyproject.toml
	$(call install,dev.txt,$(VENV)/.dev $(VENV)/.core)

.PHONY: lock
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet pyproject.toml --output-file requirements/core.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet pyproject.toml --group dev --output-file requirements/dev.txt
