"""How words on a command line reach a function, and how errors come back: one line."""

import errno
import inspect
import sys
from collections.abc import Callable
from pathlib import Path

from lth.errors import LthError

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C ended, as shells have it."""


def run(main: Callable[..., None]) -> None:
    """Calls main with the command line's words; an LthError, or a full disk, becomes one line on stderr and exit status 1."""
    words = inspect.signature(main)
    try:
        words.bind(*sys.argv[1:])
    except TypeError:
        sys.exit(f"error: expected {' '.join(map(str.upper, words.parameters)) or 'no words'} after {Path(sys.argv[0]).stem}")
    try:
        main(*sys.argv[1:])
    except LthError as error:
        sys.exit(f"error: {error}")
    except OSError as error:  # from a library's own files; ours are written by lth.storage
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        sys.exit(f"error: {error.strerror}; free some space and run the same command again")
    except KeyboardInterrupt:
        print("interrupted; where it was training, the same command goes on from the checkpoint", file=sys.stderr)
        sys.exit(INTERRUPTED)
