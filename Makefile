# Two commands for a newcomer: `make demo` and `make test`. Both set up what is missing first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export SAMSYN_DATA ?= $(CURDIR)/.data

.PHONY: demo test bench check clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.base
	@$(BIN)/samsyn demo

test: $(VENV)/.dev
	@sh scripts/test.sh

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

# The gates alone, without the suite.
check: $(VENV)/.dev
	@sh scripts/gates.sh

clean:
	rm -rf $(VENV) .data

$(VENV)/.base: requirements/base.txt pyproject.toml
	@sh scripts/install.sh "$(PYTHON)" base

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	@sh scripts/install.sh "$(PYTHON)" dev
