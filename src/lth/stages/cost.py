"""Writes docs/cost.md. No DVC stage: it reads the params of every experiment and no result."""

from lth import paths
from lth.config import load_settings
from lth.entry import run
from lth.reports.cost_page import cost_page
from lth.storage import write_bytes


def main() -> None:
    write_bytes(paths.ROOT / "docs" / "cost.md", cost_page(load_settings()).encode())


if __name__ == "__main__":
    run(main)
