"""Writes the tables of benchmarks/results/ into benchmarks/README.md, between its two marks."""

from benchmarks import chain, convolution, convolution_profile, convolution_step, executors, gpu, scaling, start_up, steps, trials
from benchmarks.record import load
from lth import paths
from lth.storage import write_bytes

BEGIN, END = "<!-- tables: python -m benchmarks.report -->", "<!-- end of tables -->"
BENCHMARKS = {
    "steps": steps,
    "chain": chain,
    "scaling": scaling,
    "trials": trials,
    "start_up": start_up,
    "convolution": convolution,
    "convolution_step": convolution_step,
    "convolution_profile": convolution_profile,
    "executors": executors,
    "gpu": gpu,
}


def main() -> None:
    readme = paths.ROOT / "benchmarks" / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    write_bytes(readme, f"{before}{BEGIN}\n{report()}\n{END}{rest.split(END)[1]}".encode())
    print(f"wrote {paths.shown(readme)}")


def report() -> str:
    """A section for every benchmark, also for one that has not run."""
    sections = []
    for name, benchmark in BENCHMARKS.items():
        record = load(name)
        lines = ["Not measured yet.", ""] if record is None else [*benchmark.tables(record), "", conditions(record), ""]
        sections += [f"## {name}", "", " ".join(benchmark.__doc__.split()), "", *lines]
    return "\n".join(sections).rstrip()


def conditions(record: dict) -> str:
    """Command, hardware, versions, n, and whether the machine was quiet."""
    busy = ", a busy machine" if record["load_average_before"] > record["cores"] else ""
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    return (
        f"`{record['command']}` · {record['hardware']}, {record['cores']} cores · {versions} · n = {record['repeats']} interleaved repeats · "
        f"load average before: {record['load_average_before']}{busy}"
    )


if __name__ == "__main__":
    main()
