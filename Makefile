PYTHON ?= python3
UV := .venv/bin/uv
PACKAGES := shared services/dossier services/fee services/payment-gateway services/receipt services/notifier services/ops deploy/local

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
