"""Entry points, one a DVC stage: `python -m lth.stages.round paper/lenet r03`."""
