"""Entry points, one a DVC stage: `python -m lth.stages.round lenet r03`."""

import sys
from collections.abc import Callable

from lth.errors import LthError


def run(main: Callable[..., None]) -> None:
    """Calls main with the command line's words; an LthError becomes one line on stderr and exit status 1."""
    try:
        main(*sys.argv[1:])
    except LthError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on from the checkpoint")
