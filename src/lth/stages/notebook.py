"""DVC stage: execute one notebook on the committed results."""

from lth.notebooks import execute
from lth.stages import run


def main(name: str) -> None:
    execute(name)


if __name__ == "__main__":
    run(main)
