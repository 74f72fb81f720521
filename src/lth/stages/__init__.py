"""Entry points, one a DVC stage: `python -m lth.stages.round lenet r03`."""
