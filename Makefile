# Every target sets up what it needs; `make` alone lists them. Inside the activated conda environment no .venv is made.
WORKSPACE ?= demo
POSTS     ?=
PYTHON    ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV      ?= $(if $(filter earshot,$(CONDA_DEFAULT_ENV)),$(CONDA_PREFIX),.venv)
BIN       := $(if $(filter /%,$(VENV)),,$(CURDIR)/)$(VENV)/bin
READY     := $(VENV)/earshot.ready

.DEFAULT_GOAL := help
.PHONY: help setup report test test-slow lab dashboards bench lint lock clean

help: ## list what you can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## build the environment (the other targets do it when needed)
	@echo "Ready in $(VENV): make help lists what you can do."

report: $(READY) ## write the report: make report [WORKSPACE=airline] [POSTS=file.csv]
	@"$(BIN)/earshot" report "$(WORKSPACE)" $(if $(POSTS),--posts "$(POSTS)")

test: $(READY) ## run the tests (about ten minutes)
	@.ci/chromium || true
	@"$(BIN)/pytest" -m "not slow" -n 2 --dist loadfile $(ARGS)

test-slow: $(READY) ## run the slow tests: a full demo, a million rows, kills at random moments
	@.ci/chromium || true
	@"$(BIN)/pytest" -m slow $(ARGS)

lab: $(READY) ## explore the notebooks in JupyterLab
	@"$(BIN)/jupyter-lab" --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks $(ARGS)

dashboards: $(READY) ## serve the dashboards and print their address, which holds a fresh token
	@cd notebooks/dashboards && env -i HOME="$$HOME" PATH="$(BIN):$$PATH" LANG=C.UTF-8 EARSHOT_HOME="$(or $(EARSHOT_HOME),$(CURDIR))" \
	  "$(BIN)/voila" . --Voila.auto_token=True $(ARGS)

bench: $(READY) ## time reports (first, unchanged, 100 new posts), and our parts beside their peers
	@"$(BIN)/python" tests/bench.py $(if $(POSTS),--workspace "$(WORKSPACE)" --posts "$(POSTS)")
	@"$(BIN)/python" tests/bench_peers.py $(if $(POSTS),--posts "$(POSTS)")

lint: $(READY) ## check style and the order of the floors
	@"$(BIN)/ruff" check lib tests .ci && "$(BIN)/ruff" format --check lib tests .ci && "$(BIN)/lint-imports"

lock: ## pin what is installed now in requirements.lock (after pip install --upgrade NAME)
	@"$(BIN)/python" .ci/lock.py

clean: ## remove the environment and all caches; data and outputs stay
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache lib/*.egg-info
	@find lib tests .ci -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml .ci/setup
	@.ci/setup "$(PYTHON)" "$(patsubst %/bin,%,$(BIN))" && touch "$@"
