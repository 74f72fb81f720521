#!/bin/sh
# Runs one of the quick pipelines. The first time, it trains everything anew although results are committed: that is what quick is for.
# Afterwards DVC runs only what changed.
set -e
target=$1
ran=.venv/$target-has-run
if [ -e "$ran" ]; then force=; else force=--force; fi
touch "$ran"  # a run that is interrupted goes on where it stopped
dvc repro $force "$target" > /dev/null
echo
echo "Done. Look at:"
for figure in figures/"$target"/*.png; do echo "  $figure"; done
echo "  results/quick-*/runs/*.csv   one row a trained network (columns: src/lth/columns.py)"
