# make demo    a spool, a CSSMTP, a sandbox mail server, sample jobs, the mail they sent
# make test    every check and every test
# make bench   how fast, beside Postfix's smtp-source (needs Postfix); BENCH="W1 --rounds 5" picks
# make fuzz    a million inputs for each parser
# make docs    the documentation as web pages, into site/
# make pages   renews the pages and the pictures of docs/ that the program makes itself
# make clean   everything that was made
#
# PYTHON=/path/to/python3.12 chooses the Python, WORKERS=1 runs the tests one after the other.

VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.jesmail
WORKERS ?= auto

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$name; break; fi; done)

.PHONY: demo test bench fuzz docs pages clean

demo: $(STAMP)
	@$(BIN)/jesmail demo

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup
	@if [ -f .ci/peers ]; then bash .ci/peers --missing; fi

bench: $(STAMP)
	@$(BIN)/python -m bench $(BENCH)

fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz --inputs 1000000

docs: $(STAMP)
	@$(BIN)/python -c 'import mkdocs' 2>/dev/null || $(BIN)/pip install --quiet mkdocs-material
	$(BIN)/python -m mkdocs build --strict

pages: $(STAMP)
	@$(BIN)/python -m docs.pages

clean:
	rm -rf $(VENV) build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
	  echo "jesmail needs Python 3.11 or newer, and none was found as python3.13, python3.12," >&2; \
	  echo "python3.11 or python3. Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; \
	  exit 1; fi
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[test]'
	@touch $@
