# make demo    see the whole idea in two minutes
# make test    run every test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help install demo check test soak museum fuzz simulate bench quality format clean

help:
	@sed -n 's/^# //p' $(MAKEFILE_LIST)

install: $(INSTALLED)

# constraints.txt names every package with its version, so that next year's install is this year's.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "newsarchive needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# make demo: serves the demo blog on loopback, crawls it twice, shows what was saved and what the second run found changed
demo: install
	$(BIN)/scrapy demo --tour

# make check: style, types, floors
check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install
	$(BIN)/python -m pytest -n 3 --dist loadfile

# make soak: the crash loop with 200 kills, 20 SIGTERMs with a reader watching, 80 power cuts, 600 flips and cuts, a film of 500 MB, and a crawl of 20,000 pages whose memory stays level
soak: install
	KILLS=200 TERMS=20 CUTS=80 FLIPS=600 FILM_MB=500 PAGES=20000 $(BIN)/python -m pytest tests/test_crash_loop.py tests/test_terminated.py tests/capture/test_kill.py \
		tests/test_power_cut.py tests/test_verify_flips.py tests/capture/test_memory.py

# make museum: a crawl among 160 hostile pages, 20 hostile sources and four mazes, with the limits that every crawl has; ten minutes
museum: install
	MUSEUM=all $(BIN)/python -m pytest tests/capture/test_museum.py

# make fuzz: every reader of what strangers write under atheris, FUZZ_SECONDS each; what it finds is left in .fuzz/
FUZZ_SECONDS ?= 30
FUZZ_TARGETS ?= feed sitemap listing page message coding warc config line
fuzz: install
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	for target in $(FUZZ_TARGETS); do $(BIN)/python tests/fuzz/fuzz.py $$target .fuzz/$$target $(FUZZ_SECONDS) || exit 1; done

# make simulate: a simulated month of 200 articles, histories of 3,000, and a fleet of 60 sites over 90 days with troubles, against the truth
simulate: install
	SIMULATE=1 $(BIN)/python -m pytest tests/simulation

# make bench: pages per second, CPU and memory of the whole pipeline, beside a naive one, in one run
bench: install
	$(BIN)/python benchmarks/pipeline.py
	$(BIN)/python benchmarks/capture_cost.py

# make quality DATA=folder: scores extraction on a folder of real pages with the eval.py that lies beside it
quality: install
	$(BIN)/python benchmarks/quality.py $(DATA)

# make format: put the code into its style
format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# make clean: remove what make installed; the archive stays
clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
