# The project's commands. `make help` lists them; each installs what it needs by itself.
# Needed: Python 3.11 to 3.13, make, git and a reachable package index.

VENV ?= .venv
BIN := $(VENV)/bin
# Two workers: the suite is designed for a machine with two cores.
PYTEST_WORKERS ?= 2
# Tests take from a hundredth of a second to half a minute: a worker that has none left takes tests from the other.
WORKERS := -n $(PYTEST_WORKERS) --dist worksteal
# Tests over the estate wait for it about half of the time, so they get one more worker.
LAB_WORKERS := -n $(shell expr $(PYTEST_WORKERS) + 1) --dist worksteal
PYTEST := $(BIN)/python -m pytest -q
# The interpreter's own directory first, so that programs that a tool starts (ansible-playbook, kinit) are from the same environment.
export PATH := $(abspath $(BIN)):$(PATH)
export ANSIBLE_HOME ?= $(CURDIR)/.cache/ansible
# The environments are installed without bytecode. Where this variable forbids Python to keep it, as in many container images, every
# start of a program compiles all that it imports: ansible-playbook then takes 2.0 s of processor time in place of 0.8.
unexport PYTHONDONTWRITEBYTECODE

PLUGINS := ansible_collections.configmgr.scp.plugins
# At its end `make test` reports what was not run and what took longest, from the reports of pytest and the seconds of each target.
LEFT_OUT := .cache/left-out
report = --junit-xml=$(LEFT_OUT)/$(1).xml
heading = @printf '\n== %s\n' '$(1)'
# The parts of lint, which are also in .pre-commit-config.yaml.
LINT_PARTS := lint-python lint-changelog lint-docs lint-ansible

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv venv-2.18 venv-kerberos demo drawing pictures test lint $(LINT_PARTS) types sanity units lab kerberos molecule bench awx mutants fuzz hostile proof core-2.18 matrix facts changelog docs docs-links walk build release-check clean distclean

help:  ## list the targets
	@sed -n 's/^\([a-z0-9.-]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r target text; do printf '  %-13s %s\n' $$target "$$text"; done

venv:  ## create or update the virtual environment from the requirements files
	@sh tests/tools/venv.sh $(VENV) requirements.txt requirements-dev.txt

demo: venv  ## start the emulated estate, run the main playbook on it, print what happened
	@$(BIN)/python tools/demo.py

venv-2.18:
	@sh tests/tools/venv.sh .venv-2.18 requirements-core.txt requirements-core-2.18.txt

# Not optimised: compiled in half of the time. Nothing here depends on its speed.
venv-kerberos: export CFLAGS ?= -O0 -g0
venv-kerberos: venv
	@$(BIN)/python -m tests.lab.debian kerberos
	@sh tests/tools/venv.sh .venv-kerberos requirements.txt requirements-core.txt requirements-kerberos.txt

# The longest check begins first. Checks that only compute run with lower priority than the tests, which have time limits.
CHECKS := lab core-2.18 sanity molecule units lint kerberos types docs
GIVING_WAY := lint types sanity docs
TIMED := $(addprefix timed-,venv $(CHECKS))
.PHONY: $(TIMED)
test:  ## all checks, three at a time
	@rm -rf $(LEFT_OUT)
	@$(MAKE) --no-print-directory timed-venv
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target $(addprefix timed-,$(CHECKS)); code=$$?; \
	  $(BIN)/python -m tests.tools.left_out $(LEFT_OUT); $(BIN)/python -m tests.tools.longest $(LEFT_OUT); exit $$code
	$(call heading,all checks passed)

$(TIMED): timed-%:
	+@mkdir -p $(LEFT_OUT); began=$$(date +%s); \
	  $(if $(filter $*,$(GIVING_WAY)),nice) $(MAKE) --no-print-directory $*; code=$$?; \
	  echo $$(($$(date +%s) - began)) >$(LEFT_OUT)/$*.seconds; exit $$code

# One part after the other, also if several targets run at the same time.
lint: venv  ## style of Python, YAML, roles, playbooks, change log and documentation
	@set -e; for part in $(LINT_PARTS); do $(MAKE) --no-print-directory $$part; done

lint-python: venv
	$(call heading,lint: ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lint-changelog: venv
	$(call heading,lint: change log)
	@$(BIN)/antsibull-changelog lint

lint-docs: venv
	$(call heading,lint: documentation of plugins and roles)
	@$(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs dependent --disallow-unknown-collection-refs .

lint-ansible: venv
	$(call heading,lint: ansible-lint and yamllint)
	@$(BIN)/ansible-lint --offline

types: venv  ## mypy --strict over the plugins, the lab, the tests and the tools
	$(call heading,types: plugins)
	@$(BIN)/mypy -p $(PLUGINS)
	$(call heading,types: lab and tests)
	@$(BIN)/mypy lab tests tools

sanity: venv  ## ansible-test sanity, every test, without an ignore file
	$(call heading,sanity)
	@$(BIN)/python -m tests.tools.sanity

# In one process: for thousands of tests that take a millisecond each, the messages between workers cost as much as the tests.
units: venv  ## tests of pure code, no network
	$(call heading,units)
	@$(PYTEST) $(call report,units) tests/unit tests/fuzz tests/recorded

lab: venv  ## modules, roles, properties and samples of the proof over the emulated estate
	$(call heading,lab)
	@$(PYTEST) $(LAB_WORKERS) $(call report,lab) tests/lab tests/property tests/proof --ignore=tests/lab/kerberos

# Where the libraries of Kerberos cannot be compiled, none of it can run: the list of what was not run says so, and why.
kerberos: venv  ## logons with CredSSP and with tickets of a real domain, in .venv-kerberos
	$(call heading,kerberos)
	@mkdir -p $(LEFT_OUT); rm -f $(LEFT_OUT)/kerberos.txt
	@if ! reason=$$($(BIN)/python -m tests.lab.debian kerberos 2>&1); then \
	  echo "tests/lab/kerberos: $$reason" | tee $(LEFT_OUT)/kerberos.txt; exit 0; \
	fi; \
	nice $(MAKE) --no-print-directory venv-kerberos && \
	PATH="$(CURDIR)/.venv-kerberos/bin:$$PATH" .venv-kerberos/bin/python -m pytest -q $(call report,kerberos) tests/lab/kerberos

molecule: venv  ## the scenarios, each with idempotence
	$(call heading,molecule)
	@$(BIN)/python -m tests.tools.scenarios $(LEFT_OUT)/molecule.txt

# How long each target is fuzzed.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := answer log request transport

fuzz:  ## fuzz what reads answers, logs, requests and HTTP, FUZZ_SECONDS=60 each
	@sh tests/tools/venv.sh .venv-fuzz requirements-fuzz.txt
	$(call heading,fuzz)
	@set -e; for target in $(FUZZ_TARGETS); do \
	  echo "$$target, $(FUZZ_SECONDS) s"; \
	  PYTHONPATH=collections .venv-fuzz/bin/python -m tests.fuzz $$target --seconds $(FUZZ_SECONDS); \
	done

# BENCH="--quick", "--write", or names of parts.
bench: venv  ## requests, time and memory of the plays, compared with floor, limit and peer: about 10 minutes
	@PYTHONPATH=collections $(BIN)/python -m tests.bench $(BENCH)

# HOSTILE="--write", or names of cases.
hostile: venv  ## peak memory and time of the worst answers, each case in a process of its own: a few minutes
	@PYTHONPATH=collections $(BIN)/python -m tests.hostile $(HOSTILE)

proof: venv  ## every fault at every request of each operation, and the state machine; about an hour
	@PYTHONPATH=collections $(BIN)/python -m tests.proof --workers $(PYTEST_WORKERS) $(PROOF)

# MUTANTS="--seed 2 --only plugins/plugin_utils"; python -m tools.mutants --help shows all options.
awx: venv  ## run the example for an automation controller with the modules of awx.awx: half a minute
	$(call heading,awx)
	@$(PYTEST) tests/awx

mutants: venv  ## mutate decision code at 200 places, and check that a unit test fails for each: a few minutes
	@$(BIN)/python -m tools.mutants --workers $(PYTEST_WORKERS) $(MUTANTS)

core-2.18: venv-2.18  ## the lab tests marked `core`, with the oldest supported ansible-core
	$(call heading,ansible-core 2.18)
	@PATH="$(CURDIR)/.venv-2.18/bin:$$PATH" .venv-2.18/bin/python -m pytest -q $(WORKERS) -m core $(call report,core-2.18) tests/lab/plays

# CORES="2.20 2.21" runs only the pairs of these versions.
export CORES ?=

matrix: venv  ## the same tests with each of ansible-core 2.18 to 2.21 on each Python of this machine that it supports
	@$(BIN)/python -m tests.tools.matrix $(WORKERS)

# DAYS=365 changes how far ahead a date is reported.
facts: venv  ## list the rows of the tables of facts by age, and those whose dates are due within 180 days
	@$(BIN)/python -m tools.facts $(if $(DAYS),--days $(DAYS))

changelog: venv  ## update the lists of new plugins and roles in the change log
	@$(BIN)/antsibull-changelog release --refresh-plugins --reload-plugins --update-existing

# -W: any warning, also about a link, is an error.
docs: venv  ## the documentation as a site: build/docs/index.html
	$(call heading,documentation site)
	@$(BIN)/python -m tools.docsite

docs-links: venv  ## check the documentation's links to other sites; needs the internet
	$(call heading,links to other sites)
	@$(BIN)/python -m tools.docsite --external-links

walk: venv  ## follow README.md in a clone of the last commit, with new environments: some minutes
	$(call heading,the way from README.md to a site)
	@$(BIN)/python -m tests.tools.walk

build: venv  ## the collection's archive, in build/
	@$(BIN)/python -m tests.tools.archive build

release-check: venv  ## list what a release still lacks: some minutes
	@sh tests/tools/venv.sh .venv-release requirements-release.txt
	@$(BIN)/python -m tests.tools.release

drawing: venv  ## draw the folders and their imports again: docs/images/layers.svg
	@$(BIN)/python -m tools.drawing

pictures: venv  ## take the pictures of README.md again, from plays over a separate lab: docs/images/*.png
	@$(BIN)/python -m tools.pictures

clean:  ## remove the files of the checks and the build; environments and a running lab are kept
	rm -rf build .cache/sanity .cache/ansible .ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find lab plugins tests tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean  ## clean, and the virtual environments
	rm -rf .venv .venv-2.18 .venv-kerberos .venv-fuzz .venv-release .cache
