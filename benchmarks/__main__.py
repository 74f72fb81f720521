"""Runs every benchmark, one after the other, and writes the tables: `make bench`."""

import subprocess
import sys

from benchmarks import report


def main() -> None:
    for name in report.BENCHMARKS:
        print(f"\n{name}: {' '.join(report.BENCHMARKS[name].__doc__.split())}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
    report.main()


if __name__ == "__main__":
    main()
