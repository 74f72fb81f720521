"""DVC stage: execute one notebook on the committed results."""

from lth.entry import run
from lth.reports.notebooks import execute


def main(name: str) -> None:
    execute(name)


if __name__ == "__main__":
    run(main)
