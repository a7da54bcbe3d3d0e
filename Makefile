# Everything a person or a CI does with this repository. `make install demo` is enough to try it.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-header --no-emit-index-url --no-emit-find-links $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help install demo test coverage check format bench soak docs docs-check lock clean python-is-new-enough

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(STAMP) ## .venv with what the lock says, and this project in it
	@echo "Ready: $(BIN)/certledger --help"

# The stamp is last: an install that was cut off is done again from the start.
$(STAMP): requirements/dev.txt pyproject.toml | python-is-new-enough
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

python-is-new-enough:
	@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)' here. Install Python 3.11 or later, or say where it is: make install PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Say which one to use: make install PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

demo: $(STAMP) ## a ledger with generated data, served on this machine
	$(BIN)/certledger demo $(ARGS)

test: $(STAMP) ## the whole suite, or a part: make test ARGS=tests/core
	$(BIN)/python -m pytest $(ARGS)

coverage: $(STAMP) ## which lines and branches no test reaches
	$(BIN)/python -m pytest -q --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage report --include='ledger/core/*,ledger/domain/*,ledger/audit/*' --fail-under=100

check: $(STAMP) ## format, lint, types, walls
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## put the code into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## measured ratios against bare loops
	$(BIN)/python -m bench $(ARGS)

soak: $(STAMP) ## kill -9 under load, races, tampering: minutes, bounded
	$(BIN)/python -m pytest tests/faults --soak $(ARGS)

docs: $(STAMP) ## write the generated pages again
	$(BIN)/python -m tools.docs_check --write

docs-check: $(STAMP) ## fail where the pages and the code differ
	$(BIN)/python -m tools.docs_check

lock: ## resolve again; newest releases: make lock UPGRADE=--upgrade
	$(COMPILE) pyproject.toml --extra dev -o requirements/dev.txt
	echo 'setuptools>=77' | $(COMPILE) pyproject.toml - --extra server --constraints requirements/dev.txt -o requirements/server.txt

clean: ## remove what was made, but no ledger
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
