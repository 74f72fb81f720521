#!/bin/sh
# `make figures`: redraws every figure, judges the claims, writes the gallery and README's map, from committed results.
restore='`git checkout -- figures results/claims*` brings back what was there'
trap 'echo "interrupted; not all was drawn: $restore" >&2; exit 130' INT
dvc repro --single-item --force figures claims gallery > /dev/null || { echo "not all was drawn; $restore" >&2; exit 1; }
python -m lth.stages.readme
echo "figures/index.html shows them, with what has not been run"
