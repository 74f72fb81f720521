"""Errors a user can mend. Stages print them as one line and exit with status 1; with status 130 where the user ended it."""

LONGEST = 300
"""Characters of another library's message that a line quotes."""


class LthError(Exception):
    """One line that says what is wrong and how to mend it."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, where there is something to say of what is left behind."""


def one_line(error: BaseException) -> str:
    """Another library's message, on one line, cut off where it is long; the kind of error where it says nothing."""
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, KeyError):
        words = f"it lacks {words}"
    return words if len(words) <= LONGEST else f"{words[:LONGEST]} …"
