"""Entry points, one per DVC stage: `python -m lth.stages.round paper/lenet r03`."""

import sys

from lth.entry import importing

if sys.argv[0] == "-m":  # a stage's process, which now goes on to import what the stage needs
    importing()
