#!/bin/sh
# Finds a Python that is new enough and hands over to bootstrap.py: `start.sh run` or `start.sh test`, then arguments.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd -P)
for python in "$top/.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$python" >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" -I "$top/glacier/runner/bootstrap.py" "$@"
    fi
done
echo "Glacier needs Python 3.11 or later and found none. On Debian or Ubuntu: apt install python3 python3-venv" >&2
exit 1
