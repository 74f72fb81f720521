#!/bin/sh
# Locks requirements.txt from pyproject.toml, one version of each package for every supported Python: needs `pip install uv`.
uv pip compile --universal --python-version 3.11 --all-extras --no-annotate --no-header pyproject.toml -o requirements.txt
