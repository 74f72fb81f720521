#!/bin/sh
# Runs quick experiments and draws their figures: tools/quick.sh lenet conv2. The first time, it trains everything anew although results are
# committed: that is what quick is for. Afterwards DVC runs only what changed.
set -e
ran=.venv/quick-has-run-$(echo "$@" | tr ' ' -)
if [ -e "$ran" ]; then force=; else force=--force; fi
touch "$ran"  # a run that is interrupted goes on where it stopped
for experiment; do targets="$targets pipelines/quick/$experiment/dvc.yaml:table"; done
dvc repro $force $targets > /dev/null
dvc repro --single-item figures@quick > /dev/null
echo
echo "Done. Look at:"
for figure in figures/quick/*.png; do echo "  $figure"; done
echo "  results/quick/*/runs/*.csv   one row per trained network (columns: src/lth/results/columns.py)"
