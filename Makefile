# Everything a newcomer needs: `make demo` shows it, `make test` proves it, `make check` is the linters alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check bench clean
.DEFAULT_GOAL := demo

# The stamp keeps a second `make` from installing again; it is older than pyproject.toml when that changes.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/mailbot demo $(DEMO)

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.installed dovecot check
	$(BIN)/python -m pytest -n auto --dist worksteal

# The tests run on a real IMAP server. It is a Debian package; without it they would prove nothing, so they fail.
.PHONY: dovecot
dovecot:
	@command -v dovecot >/dev/null || test -x /usr/sbin/dovecot || $(MAKE) --no-print-directory install-dovecot

.PHONY: install-dovecot
install-dovecot:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq dovecot-imapd; \
	else \
	  echo "The tests need the IMAP server Dovecot (never started by itself): sudo apt-get install dovecot-imapd"; exit 1; \
	fi

bench: $(VENV)/.installed dovecot
	$(BIN)/python bench/commit.py
	$(BIN)/python bench/mailbox.py $(BENCH)

clean:
	rm -rf $(VENV) build dist *.egg-info
