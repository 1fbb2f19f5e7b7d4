#!/usr/bin/env bash
# Run by Gradescope once, as root, when it makes the image: Python 3.11 or newer, and all that grading needs.
set -euo pipefail

ROOT="${AUTOGRADER_ROOT:-/autograder}"
SOURCE="$ROOT/source"

find_python() {
  local name
  for name in "${AUTOGRADER_PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    if [ -n "$name" ] && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  return 1
}

if ! PYTHON="$(find_python)"; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  for version in 3.13 3.12 3.11; do
    if apt-get install -y -qq "python$version" "python$version-venv"; then
      break
    fi
  done
  PYTHON="$(find_python)" || { echo "No Python 3.11 or newer can be installed in this image." >&2; exit 1; }
fi

"$PYTHON" -m venv "$ROOT/venv"
"$ROOT/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --constraint "$SOURCE/constraints.txt" "$(echo "$SOURCE"/autograder-*.whl)[course]"

# The hidden tests are nobody's but the grader's.
chmod -R go-rwx "$SOURCE"
