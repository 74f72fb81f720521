"""DVC stage: write the gallery of all figures, figures/index.html and figures/README.md."""

from lth import paths
from lth.entry import run
from lth.reports.gallery import page, readme
from lth.storage import write_bytes


def main() -> None:
    write_bytes(paths.FIGURES / "index.html", page().encode())
    write_bytes(paths.FIGURES / "README.md", readme().encode())


if __name__ == "__main__":
    run(main)
