"""Entry points, one per DVC stage: `python -m lth.stages.round paper/lenet r03`."""
