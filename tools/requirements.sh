#!/bin/sh
# Locks requirements.txt from pyproject.toml, one version of each package for every supported Python and the hashes of its files: needs
# `pip install uv`.
uv pip compile --universal --python-version 3.11 --all-extras --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.txt
