# Trợ lý 06. `make run` and `make test` are all that a fresh machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.core-installed
TEST := $(VENV)/.test-installed
ENCODER := $(VENV)/.encoder-installed
EMULATOR := .venv-telemelya/.installed

.PHONY: run chat test check lint hooks format types layers content index eval train encoder browser deploy-tools emulator rasa clean

run: $(CORE)  ## set up everything and serve the chat page on 127.0.0.1:8080
	@$(BIN)/python -m bot serve

chat: $(CORE)  ## talk to it in the terminal
	@$(BIN)/python -m bot chat

test: $(TEST)  ## run all tests
	$(BIN)/python -m pytest

check: lint hooks types layers content test  ## everything that must hold before a change lands

lint: $(TEST)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

hooks: $(TEST)  ## the pre-commit hooks, on all files
	$(BIN)/pre-commit run --all-files

format: $(TEST)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(TEST)
	$(BIN)/mypy

layers: $(TEST)
	$(BIN)/lint-imports

content: $(CORE)
	$(BIN)/python -m bot check --errors

index: $(CORE)
	$(BIN)/python -m bot index

eval: $(CORE)
	$(BIN)/python -m bot eval

encoder: $(ENCODER)  ## torch and sentence-transformers; tests that need them then run too

browser:  ## Chromium for the tests of the web page, on Debian and its kin
	@command -v chromium chromium-browser google-chrome >/dev/null || (apt-get update && apt-get install -y chromium)

emulator: $(EMULATOR)  ## a Telegram that others wrote, for the tests of our channel

deploy-tools: | $(VENV)/bin/python  ## Compose, Caddy, promtool and nginx for the tests of deploy/, likewise
	@sh tests/deploy/install_tools.sh

rasa: $(CORE)  ## a Rasa project of our content in var/rasa, checked and trained by Rasa (Python 3.10)
	@sh training/train_rasa.sh

train: $(ENCODER)  ## make the built-in encoder anew and calibrate it
	$(BIN)/python -m training.train_encoder
	$(BIN)/python -m training.tune_decision

$(VENV)/bin/python:
	@echo "Đang tạo môi trường Python trong $(VENV)…"
	@$(PYTHON) -c 'import sys; sys.exit("Cần Python 3.11 trở lên." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(CORE): requirements/core.txt pyproject.toml | $(VENV)/bin/python
	@echo "Đang cài các thư viện cần thiết…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST): requirements/test.txt $(CORE)
	@echo "Đang cài công cụ kiểm thử…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

# torch comes last and without a hash (why: requirements/README.md); what it needs is there by then.
$(ENCODER): requirements/encoder.txt requirements/torch.txt $(CORE)
	@echo "Đang cài torch và sentence-transformers…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/encoder.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/torch.txt
	@$(BIN)/python -c "import sentence_transformers"
	@touch $@

$(EMULATOR): requirements/emulator.txt
	@echo "Đang cài bộ giả lập Telegram để kiểm thử…"
	@$(PYTHON) -m venv .venv-telemelya
	@.venv-telemelya/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/emulator.txt
	@touch $@

clean:
	rm -rf $(VENV) .venv-rasa .venv-telemelya var
