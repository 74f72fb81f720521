"""Errors a user can mend. Stages print them as one line and exit with status 1."""


class LthError(Exception):
    """One line that says what is wrong and how to mend it."""
