#!/bin/sh
# Exports our content as a Rasa project, lets Rasa check it and trains it.
#
#   sh training/train_rasa.sh [FOLDER] [arguments of `bot export rasa`]
#
# FOLDER is var/rasa unless given. Rasa 3.6 runs on Python 3.10 and none newer, so it has a virtual
# environment of its own, .venv-rasa, made from the locked requirements/rasa.txt the first time.
#   RASA_PYTHON      the Python 3.10 to make it with (default: python3.10)
#   TROLY06_PYTHON   the Python that our own package is installed in (default: .venv/bin/python)
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
ours=${TROLY06_PYTHON:-$root/.venv/bin/python}
folder=${1:-var/rasa}
[ $# -eq 0 ] || shift
export RASA_TELEMETRY_ENABLED=false SQLALCHEMY_SILENCE_UBER_WARNING=1

if [ ! -e .venv-rasa/.installed ]; then
    echo "Đang cài Rasa vào .venv-rasa (khoảng 2 GB)…"
    "${RASA_PYTHON:-python3.10}" -m venv .venv-rasa
    .venv-rasa/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements/rasa.txt
    touch .venv-rasa/.installed
fi

"$ours" -m bot export rasa "$folder" "$@"
# Inside the project: Rasa leaves its cache where it is run.
cd "$folder"
"$root/.venv-rasa/bin/rasa" data validate
"$root/.venv-rasa/bin/rasa" train --fixed-model-name troly06
echo "Xong. Chạy máy chủ Rasa:"
echo "  cd $folder && $root/.venv-rasa/bin/rasa run --enable-api -i 127.0.0.1 -p 5005"
