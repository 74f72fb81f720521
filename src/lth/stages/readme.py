"""`make figures`: write what was found and the map of claims into README.md. No DVC stage: README.md is edited by hand, and DVC deletes what it makes anew."""

from lth import paths
from lth.entry import run
from lth.reports.claims_map import with_tables
from lth.storage import read, write_bytes


def main() -> None:
    file = paths.ROOT / "README.md"
    write_bytes(file, with_tables(read(file, bytes.decode)).encode())


if __name__ == "__main__":
    run(main)
