PYTHON ?= python3
# Compiled code is kept, whatever the environment says: else each process of ours, when it starts
# or comes back, compiles all its libraries anew, which takes longer than all the rest of it.
export PYTHONDONTWRITEBYTECODE :=
UV := .venv/bin/uv
LEPHI := .venv/bin/lephi
PACKAGES := shared services/dossier services/fee services/payment-gateway services/receipt services/notifier services/ops deploy/local

.PHONY: up down status logs clean test check style types architecture docs bench chaos setup install lock

up: setup
	@$(LEPHI) up

down:
	@! test -x $(LEPHI) || $(LEPHI) down

status:
	@$(LEPHI) status

logs:
	@$(LEPHI) logs --follow

clean:
	@! test -x $(LEPHI) || $(LEPHI) clean

setup:
	@PYTHON=$(PYTHON) deploy/local/setup.sh run

test:
	@PYTHON=$(PYTHON) deploy/local/setup.sh test
	.venv/bin/pytest $(ARGS)

check: setup
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types style architecture

style:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types:
	.venv/bin/mypy

architecture:
	.venv/bin/pytest -q tests/architecture

docs: setup
	.venv/bin/python -m tests.architecture.generate

bench: setup
	ONLY=$(ONLY) MINUTES=$(MINUTES) .venv/bin/python -m tests.bench $(ARGS)

chaos: setup
	@PYTHON=$(PYTHON) deploy/local/setup.sh test
	MACHINE_SEED=$(SEED) MACHINE_STEPS=$(or $(MACHINE_STEPS),100000) .venv/bin/pytest -q tests/payment_gateway/test_machine.py
	DAY_PAYMENTS=$(or $(DAY_PAYMENTS),5000) .venv/bin/pytest -q tests/payment_gateway/test_day.py $(ARGS)
	TAX_WEEKS=$(or $(TAX_WEEKS),50) .venv/bin/pytest -q tests/receipt/test_daily_table.py -k week $(ARGS)
	AMOUNTS=$(or $(AMOUNTS),1000000) SEED=$(SEED) .venv/bin/pytest -q tests/receipt/test_words.py $(ARGS)
	PRINTED_LINES=$${PRINTED_LINES:-1,3,30,100,500} .venv/bin/pytest -q tests/receipt/test_make_file.py -k long $(ARGS)
	RENDERS=$(or $(RENDERS),10000) ONLY=P13 .venv/bin/python -m tests.bench
	NUMBERED=$(or $(NUMBERED),300000) KILLS=$(or $(KILLS),25) SEED=$(SEED) \
	  .venv/bin/pytest -q tests/receipt/test_killed_postgres.py $(ARGS)
	SEED=$(SEED) SERVICE_KILLS=$(or $(SERVICE_KILLS),10) PROVINCE_DOSSIERS=$(or $(PROVINCE_DOSSIERS),20000) \
	  .venv/bin/pytest -q tests/journeys -k "killed or stopped or dies or in_disorder" $(ARGS)

$(UV):
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet uv==0.13.9

install: $(UV)
	$(UV) pip install --quiet --require-hashes --requirements requirements.lock
	$(UV) pip install --quiet --no-deps $(PACKAGES:%=--editable %)
	$(UV) pip check

lock: $(UV)
	$(UV) pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-package lephi-shared --exclude-newer "7 days" \
	  --custom-compile-command "make lock" --output-file requirements.lock \
	  $(PACKAGES:%=%/pyproject.toml) --group pyproject.toml:dev
	! grep -n '://' requirements.lock
