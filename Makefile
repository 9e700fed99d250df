# Each target does all of its own set-up, in .venv and nowhere else.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
SCANNER := $(VENV)/scan/.installed

# A provider mirror, where there is no registry: Terraform's own implied mirrors need no help, these usual places do.
# An unpacked mirror is the layout that `terraform providers mirror` writes, with registry.terraform.io at its top.
MIRRORS := $(wildcard /opt/*/registry.terraform.io /srv/*/registry.terraform.io /usr/share/*/registry.terraform.io)
ifneq ($(MIRRORS),)
export PCAFORM_PROVIDER_MIRROR ?= $(patsubst %/registry.terraform.io,%,$(firstword $(MIRRORS)))
endif

# One for each core; what writes golden files has one page for several modules to write, and does it by itself.
WORKERS ?= $(if $(PCAFORM_UPDATE_GOLDEN),0,logical)
PYTEST := $(VENV)/bin/pytest -n $(WORKERS)

.PHONY: check demo test test-engine fuzz scan scanner lint types format golden docs bench mutants clean

demo: $(STAMP)
	$(VENV)/bin/pcaform demo --keep build/demo

# Everything but what runs Terraform, for while one works.
check: lint types
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-quick} $(PYTEST) -m "not terraform" $(PYTEST_ARGS)

test: $(STAMP)
	$(PYTEST) $(PYTEST_ARGS)

# All tests that run Terraform, with another engine or provider than those of CI: docs/engines.md. What cannot hold there is
# skipped with its reason; nothing is skipped because there is no engine.
test-engine: $(STAMP)
	@test -n "$$PCAFORM_TERRAFORM" -a -n "$$PCAFORM_PROVIDER_MIRROR" || { echo "set PCAFORM_TERRAFORM to the engine's \
	binary, and PCAFORM_PROVIDER_MIRROR to a directory that 'providers mirror' of this engine wrote" >&2; exit 2; }
	PCAFORM_REQUIRE_TERRAFORM=1 $(PYTEST) -m terraform $(PYTEST_ARGS)

# Fresh examples, and many of them: what the same few of each run cannot find.
fuzz: $(STAMP)
	HYPOTHESIS_PROFILE=long $(PYTEST) --timeout 0 -m "hypothesis and not terraform" $(PYTEST_ARGS)

# What checkov says about rendered stacks. It cannot live beside us, see docs/decisions/dependencies.md.
# Where it is installed, 'make test' runs this too.
scan: $(STAMP) $(SCANNER)
	PCAFORM_REQUIRE_CHECKOV=1 $(VENV)/bin/pytest tests/scan

scanner: $(SCANNER)

lint: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/codespell generator templates modules docs examples *.md

types: $(STAMP)
	$(VENV)/bin/mypy

format: $(STAMP)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# Ratios within one run; nothing passes or fails by them.
bench: $(STAMP)
	$(VENV)/bin/python benchmarks/validate.py
	$(VENV)/bin/python benchmarks/render.py
	$(VENV)/bin/python benchmarks/guard.py
	$(VENV)/bin/python benchmarks/access.py
	$(VENV)/bin/python benchmarks/import_aws.py
	$(VENV)/bin/python benchmarks/import_state.py
	$(VENV)/bin/python benchmarks/import_hcl.py

# Breaks the program at random and lists what no test notices; MUTANTS="--seed 2 --count 10 adopt/state.py" for others.
mutants: $(STAMP)
	$(VENV)/bin/python benchmarks/mutants.py $(MUTANTS)

# Writes the generated parts of all pages, and the copies of modules.
docs: $(STAMP)
	$(VENV)/bin/python docs/generate.py

# Writes the golden trees anew; read the diff before you commit it.
golden: $(STAMP)
	PCAFORM_UPDATE_GOLDEN=1 $(VENV)/bin/pytest tests/render/test_golden.py

clean:
	rm -rf $(VENV) build dist

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --editable '.[dev]'
	touch $(STAMP)

$(SCANNER): tests/scan/requirements.txt $(STAMP)
	$(PYTHON) -m venv $(VENV)/scan
	$(VENV)/scan/bin/pip install --quiet --no-compile --requirement tests/scan/requirements.txt
	touch $(SCANNER)
