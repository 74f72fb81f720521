#!/bin/sh
# Runs experiments of one collection and draws its figures: tools/rerun.sh quick lenet conv2. The first time, it trains everything anew although
# results are committed: that is what it is for. Afterwards DVC runs only what changed.
set -e
collection=$1
shift
ran=.venv/$collection-has-run-$(echo "$@" | tr ' ' -)
restore="\`git checkout -- results/$collection tickets/$collection\` brings back what DVC deleted"
trap 'echo "interrupted; the same command goes on where it was, or $restore" >&2; exit 130' INT
if [ -e "$ran" ]; then force=; else force=--force; fi
touch "$ran"  # a run that is interrupted goes on where it stopped
for experiment; do targets="$targets pipelines/$collection/$experiment/dvc.yaml:table"; done
dvc repro $force $targets > /dev/null
dvc repro --single-item "figures@$collection" > /dev/null
echo
echo "Done. Look at:"
for figure in "figures/$collection"/*.png; do echo "  $figure"; done
echo "  results/$collection/*/runs/*.csv   one row per trained network (columns: src/lth/results/columns.py)"
