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

.PHONY: install uninstall check demo test test-engine fuzz scan scanner lint types format golden docs pictures site bench mutants clean versions

# The program in an environment of its own, and a link to it that PATH finds; WHAT=FILE.whl for a wheel.
PREFIX ?= $(HOME)/.local
WHAT ?= .[sandbox]
HOME_OF_PROGRAM := $(abspath $(PREFIX))/share/pcaform
PROGRAMS := $(abspath $(PREFIX))/bin

install:
	$(PYTHON) -m venv "$(HOME_OF_PROGRAM)"
	"$(HOME_OF_PROGRAM)/bin/pip" install --quiet --no-compile --upgrade '$(WHAT)'
	mkdir -p "$(PROGRAMS)"
	ln -sf "$(HOME_OF_PROGRAM)/bin/pcaform" "$(PROGRAMS)/pcaform"
	@"$(PROGRAMS)/pcaform" --version
	@case ":$$PATH:" in *:"$(PROGRAMS)":*) ;; *) echo "add $(PROGRAMS) to your PATH" ;; esac

uninstall:
	rm -rf "$(HOME_OF_PROGRAM)" "$(PROGRAMS)/pcaform"

demo: $(STAMP)
	$(VENV)/bin/pcaform demo --keep build/demo
	@echo "next: make install, then 'pcaform graph examples/corp-pki.yaml'"

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

# Short tests with the oldest and with the newest versions that pyproject.toml allows, on each Python found here; takes
# minutes. A Python is left out that nothing finds: PYTHONS="/opt/python3.14/bin/python3" names others.
FIND := import sys; print(sys.executable)
PYTHONS ?= $(foreach minor,11 12 13 14,$(or $(shell python3.$(minor) -c '$(FIND)' 2>/dev/null),\
	$(lastword $(wildcard $(HOME)/.pyenv/versions/3.$(minor).*/bin/python))))
TRIED := tests/cli/test_cli.py tests/cli/test_help.py tests/cli/test_validate.py tests/cli/test_import.py \
	tests/spec/test_contract.py tests/sources/hcl/test_styles.py tests/render/test_golden.py tests/sandbox/test_issuing.py
versions: $(STAMP)
	set -e; for python in $(PYTHONS); do for resolution in lowest-direct highest; do \
	  echo "$$($$python --version), $$resolution"; \
	  $(VENV)/bin/uv venv --quiet --clear --python $$python build/versions; \
	  VIRTUAL_ENV=build/versions $(VENV)/bin/uv pip install --quiet --resolution $$resolution --editable '.[sandbox]'; \
	  VIRTUAL_ENV=build/versions $(VENV)/bin/uv pip install --quiet pytest pytest-timeout pytest-xdist hypothesis jsonschema; \
	  HYPOTHESIS_PROFILE=quick build/versions/bin/python -m pytest -q -n 2 -m "not terraform" $(TRIED); \
	done; done

lint: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/codespell generator templates modules docs examples *.md

types: $(STAMP)
	$(VENV)/bin/mypy

format: $(STAMP)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# Ratios within one run, kept in benchmarks/last.json and shown by docs/performance.md; nothing passes or fails by them, and
# what is slower than before is printed. BENCH="fleet guard" for some; FLEET=10000 for a fleet of that size, with one run.
bench: $(STAMP)
	$(VENV)/bin/python benchmarks/run.py $(BENCH) $(addprefix --fleet=,$(FLEET))

# Breaks the program at random and lists what no test notices; MUTANTS="--seed 2 --count 10 adopt/state.py" for others.
mutants: $(STAMP)
	$(VENV)/bin/python benchmarks/mutants.py $(MUTANTS)

# Writes the generated parts of all pages, and the copies of modules.
docs: $(STAMP)
	$(VENV)/bin/python docs/generate.py

# The pictures of the documentation, from what the program prints now.
pictures: $(STAMP)
	$(VENV)/bin/python docs/pictures.py

# The documentation as a site, in build/site.
site: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/python -m mkdocs build --strict --quiet

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
