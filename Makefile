# Two commands matter: `make demo` runs the product, `make test` proves it. Everything else serves these two.
#   PORT      where the web server listens (8000)     DATA_DIR  where servers and data live (.data)
#   PYTHON    which Python makes the environment      ARGS      passed on to pytest, bench and fuzz

PYTHON ?=
PORT ?= 8000
DATA_DIR ?= .data
ARGS ?=
export PORT DATA_DIR
export PYTHONUTF8 = 1

VENV := .venv
PY := $(VENV)/bin/python
UV := $(PY) -m uv
# Stamps lie inside the environment, so that they go when it goes.
MADE := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
TRANSLATIONS := $(wildcard locale/*/LC_MESSAGES/django.po)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev demo demo-reset test check bench fuzz messages pictures pins stop clean

help:
	@echo "make demo         run the product with invented and real demo data"
	@echo "make demo-reset   the same, from scratch"
	@echo "make test         the whole suite; make check: style, types, layers"
	@echo "make stop         stop whatever runs in DATA_DIR"
	@echo "make setup, setup-dev, bench, fuzz, messages, pictures, pins, clean"

$(MADE):
	@chosen=; for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			chosen="$$candidate"; break; fi; done; \
	if [ -z "$$chosen" ]; then \
		echo "Countersign needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3 demo" >&2; \
		exit 1; fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$chosen cannot make virtual environments: install python3-venv (apt-get install python3-venv)." >&2; \
		exit 1; fi; \
	echo "· Virtual environment with $$chosen …"; \
	"$$chosen" -m venv $(VENV)
	@touch $@

$(VENV)/.uv: $(MADE) requirements/uv.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(RUNTIME): $(VENV)/.uv requirements/runtime.txt requirements/redis.txt
	@echo "· Packages …"
	@$(UV) pip sync --quiet --python $(PY) --require-hashes requirements/uv.txt requirements/runtime.txt
	@$(PY) -m config.local.fetch_redis
	@touch $@

$(DEV): $(VENV)/.uv requirements/dev.txt requirements/redis.txt
	@echo "· Packages for development …"
	@$(UV) pip sync --quiet --python $(PY) --require-hashes requirements/dev.txt
	@$(PY) -m config.local.fetch_redis
	@touch $@

$(VENV)/.translations: $(TRANSLATIONS) | $(MADE)
	@$(PY) -m config.local.messages compile
	@touch $@

# Once the environment is one for development, it stays one: setup must not take pytest away again.
setup: $(if $(wildcard $(DEV)),$(DEV),$(RUNTIME))
	@$(MAKE) --silent $(VENV)/.translations

setup-dev: $(DEV)
	@$(MAKE) --silent $(VENV)/.translations

demo: setup
	@$(PY) -m config.local.supervisor

demo-reset: setup
	@$(PY) -m config.local.stop --forget
	@$(PY) -m config.local.supervisor

# The servers of the tests are stopped afterwards, unless another run still uses them.
test: setup-dev
	@$(PY) -m config.local.chromium
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS); code=$$?; $(PY) -m config.local.stop --test; exit $$code

check: setup-dev
	@$(PY) -m config.local.check

bench: setup-dev
	@$(PY) -m benchmarks $(ARGS)

fuzz: setup-dev
	@HYPOTHESIS_PROFILE=fuzz $(PY) -m pytest -m hypothesis $(ARGS); code=$$?; \
		$(PY) -m config.local.stop --test; exit $$code

messages: setup-dev
	@$(PY) -m config.local.messages update

# The pictures of the README, taken from the demo in a folder of its own; ARGS names some of them.
pictures: setup-dev
	@$(PY) -m config.local.chromium
	@$(PY) -m tests.journeys.pictures $(ARGS)

pins: setup-dev
	@$(PY) -m config.local.pins

stop:
	@if [ -x $(PY) ]; then $(PY) -m config.local.stop; else echo "Nothing was running."; fi

clean: stop
	@rm -rf $(VENV) .setup .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
