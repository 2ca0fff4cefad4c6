# InternalDesk: every command a newcomer needs; `make` alone lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo test check lint fix bench docs lock assets tools

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
FLASK := $(BIN)/flask --app app
PORT ?= 8000
WORKERS ?= auto
QUICK := not browser and not postgres and not slow

# A setting as the desk will see it: from the environment, else from .env.
setting = $(or $($(1)),$(shell sed -n 's/^[[:space:]]*$(1)=//p' .env 2>/dev/null))

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: export DESK_DEMO := $(or $(call setting,DESK_DEMO),1)
run: $(VENV)/.run $(if $(filter local,$(call setting,DESK_ASSETS)),assets) ## start the desk, web and worker, on PORT (8000) until Ctrl-C
	@exec $(FLASK) desk serve --prepare --port $(PORT)

demo: $(VENV)/.run ## fill the desk with the demo story
	@$(FLASK) desk init
	@$(FLASK) desk demo

# Only the first part is counted for coverage: it runs every line, and counting costs two thirds more.
test: tools assets lint ## everything: lint, types, contracts, tests on both databases, browser journeys
	$(BIN)/python -m pytest -n $(WORKERS) -m '$(QUICK)' --cov --cov-report= $(ARGS)
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not ($(QUICK))' $(ARGS) || [ $$? -eq 5 ] # 5: ARGS name none of these
	$(BIN)/coverage report --include='internaldesk/core/*' --fail-under=100 --skip-covered
	$(BIN)/coverage report --skip-covered

check: lint ## the quick part: no browser, no PostgreSQL, nothing slow
	$(BIN)/python -m pytest -n $(WORKERS) -m '$(QUICK)' $(ARGS)

lint: $(VENV)/.dev ## format, lint, types, import contracts, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

fix: $(VENV)/.dev ## format the code and mend what can be mended by rule
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure: figures as JSON and as a table
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.run ## print the tables of docs/ anew from the code
	$(BIN)/python -m deploy.print_docs

lock: $(UV) ## resolve requirements*.in anew, with hashes
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

assets: $(VENV)/.run
	@$(BIN)/python -m deploy.fetch_assets

tools: $(VENV)/.dev
	@sh deploy/prepare.sh chromium postgres

$(UV):
	@sh deploy/prepare.sh venv

$(VENV)/.run: requirements.txt | $(UV)
	@$(UV) pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@
