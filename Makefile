# `make help` lists the targets. Every target sets up the virtual environment it needs; inside an activated environment plain
# `dvc repro …` does the same.
PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/installed
ifneq ($(wildcard wheels),)  # in a bundle for a machine without network (`make bundle`)
export PIP_NO_INDEX := 1
export PIP_FIND_LINKS := $(CURDIR)/wheels
endif
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup cluster bundle quick quick-cifar desk paper figures test test-slow accept lint bench

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED)  ## Create .venv with the pinned requirements (about 6 GB, a few minutes)

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("error: Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; run make PYTHON=python3.12")'
	@echo "1 of 3: creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "2 of 3: installing requirements.txt, about 6 GB"
	@$(VENV)/bin/pip install --disable-pip-version-check --require-hashes -r requirements.txt
	@echo "3 of 3: installing this package"
	@$(VENV)/bin/pip install --disable-pip-version-check --quiet --no-deps --editable .
	@touch $@

cluster: $(INSTALLED)  ## Add Ray, for training on several machines or GPUs (docs/clusters.md)
	@$(VENV)/bin/pip install --disable-pip-version-check --quiet --require-hashes -r requirements-cluster.txt

bundle: $(INSTALLED)  ## Gather wheels, data and this repository in the folder bundle, for a machine without network
	@sh tools/bundle.sh

quick: $(INSTALLED)  ## Train Lenet and Conv-2 at quick scale on real data and draw their figures (minutes on 2 CPU cores)
	@sh tools/rerun.sh quick lenet conv2

quick-cifar: $(INSTALLED)  ## The same for CIFAR10's other networks, and Conv-2 with dropout and continued training
	@sh tools/rerun.sh quick conv2-continued conv2-dropout conv4 conv4-dropout conv6 conv6-dropout resnet18 vgg19

desk: $(INSTALLED)  ## Narrower CIFAR10 networks at the paper's length, after a table of what that takes: days on 2 CPU cores
	@lth plan desk && sh tools/rerun.sh desk $(notdir $(wildcard pipelines/desk/*))

paper: $(INSTALLED)  ## Everything at paper scale, after a table of what that takes; without a GPU it says what can be trained here
	@sh tools/paper.sh

figures: $(INSTALLED)  ## Redraw every figure, judge the claims, write the gallery and README's map from committed results, without training
	@sh tools/figures.sh

test: $(INSTALLED)  ## Run the tests
	python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: $(INSTALLED)  ## Run the slow truths too
	python -m pytest -m "slow or not slow"

accept: $(INSTALLED)  ## Train a sample of EXPERIMENT's committed networks again and compare; accepts a new numerics id
	@python -m lth.stages.accept $(or $(EXPERIMENT),$(error which one? make accept EXPERIMENT=lenet))

lint: $(INSTALLED)  ## Check style, and that no room imports from one above it
	ruff check . && ruff format --check . && lint-imports

bench: $(INSTALLED)  ## Measure speed and memory on this machine and rewrite benchmarks/README.md
	@python -m benchmarks
