"""How words on a command line reach a function, and how errors come back: one line.

With LTH_TRACEBACK=1 the traceback comes before it, wherever the line is not one that the package itself wrote.
"""

import inspect
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from lth import paths
from lth.errors import LthError, one_line

PARSERS = ("gzip", "json", "nbformat", "pandas", "pickle", "_pickle", "pyarrow", "ruamel", "safetensors_rust", "yaml", "zipfile", "zlib")
"""Packages whose errors are about a file, not about this code."""

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, as shells have it."""


def run(main: Callable[..., None]) -> None:
    """Calls main with the command line's words. What the user can mend becomes one line on stderr and exit status 1.

    That is an LthError, and as a last resort an error about a file, or want of memory; Ctrl-C ends with status 130.
    """
    words = inspect.signature(main)
    try:
        words.bind(*sys.argv[1:])
    except TypeError:
        sys.exit(f"error: expected {' '.join(map(str.upper, words.parameters)) or 'no words'} after {Path(sys.argv[0]).stem}")
    try:
        if signal.getsignal(signal.SIGINT) is _interrupted:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        paths.check_clone()
        main(*sys.argv[1:])
    except LthError as error:
        sys.exit("; ".join(filter(None, [f"error: {error}", _deleted()])))
    except KeyboardInterrupt as interrupt:
        print("; ".join(filter(None, ["interrupted", str(interrupt), _deleted()])), file=sys.stderr)
        _leave()
    except OSError as error:
        file = f"{error.filename}: " if error.filename else ""
        _last_resort(f"{file}{error.strerror or one_line(error)}; free some space, or mend or restore the file (git status)")
    except MemoryError:
        _last_resort("this takes more memory than there is; make the experiment in params.yaml smaller, or end other programs")
    except Exception as error:
        if not isinstance(error, EOFError | UnicodeError) and type(error).__module__.partition(".")[0] not in PARSERS:
            raise
        _last_resort(f"a file is damaged ({one_line(error)}); `git status` names those that changed, `git checkout -- FILE` restores one")


def importing() -> None:
    """Until `run`, which the process comes to when all is imported: Ctrl-C ends it with one line, and so does a file that an import reads."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is for a process in the background
        signal.signal(signal.SIGINT, _interrupted)  # not as an exception, which libraries answer with errors of their own
    sys.excepthook = _one_line


def _interrupted(*_: object) -> NoReturn:
    os.write(2, b"interrupted before anything began\n")
    os._exit(INTERRUPTED)


def _deleted() -> str:
    """Which committed files are gone, as DVC deletes a stage's outputs before it runs it, and what brings them back; nothing without DVC, or in
    a copy of its own."""
    if "DVC_STAGE" not in os.environ or paths.TEMPORARY:
        return ""
    deleted = paths.git("ls-files", "--deleted") or ""
    folders = sorted({str(Path(file).parent) for file in deleted.splitlines()})
    return f"DVC deleted results before it began: `git checkout -- {' '.join(folders)}` brings them back" if folders else ""


def _leave() -> NoReturn:
    """Ends at once, without waiting for threads that are still computing: what they keep, they write whole or not at all."""
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    sys.exit(INTERRUPTED)


def _one_line(kind: type[BaseException], error: BaseException, trace: object) -> None:
    if isinstance(error, LthError):
        print(f"error: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def _last_resort(line: str) -> NoReturn:
    """Ends with a line, called where an exception is handled."""
    if os.environ.get("LTH_TRACEBACK") == "1":
        traceback.print_exc()
        sys.exit(f"error: {line}")
    sys.exit(f"error: {line}; LTH_TRACEBACK=1 shows where")
