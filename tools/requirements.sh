#!/bin/sh
# Locks requirements.txt from pyproject.toml, one version of each package for every supported Python and the hashes of its files, and
# requirements-cluster.txt, what the extra `cluster` needs beside, at the same versions: needs `pip install uv`.
set -e
lock="uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header"
$lock --extra pipeline --extra dev pyproject.toml -o requirements.txt
python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['cluster'])" |
  $lock --constraint requirements.txt - -o requirements-cluster.txt
