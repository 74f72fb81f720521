"""Memory of one stage by the number of its trials: Lenet's dense round at full width, a few iterations of it."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.interleaved import spread
from benchmarks.record import save
from lth import paths
from lth.config import load_experiment, load_settings

EXPERIMENT = "paper/lenet"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--trials", type=int, nargs="+", default=[5, 15, 100])
    words.add_argument("--repeats", type=int, default=1)
    words.add_argument("--iterations", type=int, default=20)
    options = words.parse_args()
    load = os.getloadavg()[0]
    measured = [
        {"trials": trials, "peak_mib": spread([peak(trials, options.iterations) for _ in range(options.repeats)])}
        for trials in options.trials
    ]
    save("trials", options.repeats, load, iterations=options.iterations, measured=measured)


def peak(trials: int, iterations: int) -> int:
    """The most MiB that the process of the stage held, as its provenance says."""
    experiment = load_experiment(EXPERIMENT).model_dump(mode="json")
    experiment["training"]["iterations"] = iterations
    experiment |= {"trials": trials, "rounds": {"r00": "initial"}, "blocks": {}}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for folder in ("data", "src"):
            (root / folder).symlink_to(paths.ROOT / folder)
        file = root / "pipelines" / EXPERIMENT / "params.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(experiment))
        (root / "params.yaml").write_text(load_settings().model_dump_json())
        environment = {**os.environ, "LTH_ROOT": str(root)}
        for stage in (["initialise", EXPERIMENT], ["round", EXPERIMENT, "r00"]):
            subprocess.run(
                [sys.executable, "-m", f"lth.stages.{stage[0]}", *stage[1:]], env=environment, stderr=subprocess.DEVNULL, check=True
            )
        held = json.loads((root / "results" / EXPERIMENT / "provenance" / "r00.json").read_text())["peak_memory_mib"]
    print(f"{trials} trials: {held} MiB", flush=True)
    return held


def tables(record: dict) -> list[str]:
    """Peaks by trials, and what the last of them take each, as Markdown."""
    measured = record["measured"]
    few, many = measured[-2:]
    each = (many["peak_mib"]["median"] - few["peak_mib"]["median"]) / (many["trials"] - few["trials"])
    cells = (f"{row['peak_mib']['median']:,.0f}" for row in measured)
    return [
        f"| trials | {' | '.join(str(row['trials']) for row in measured)} |",
        "|---" * (len(measured) + 1) + "|",
        f"| peak, MiB | {' | '.join(cells)} |",
        "",
        f"From {few['trials']} to {many['trials']} trials {each:.2g} MiB a trial. With few, reading the data set takes the most, and they add nothing "
        f"to the peak. Each trained {record['iterations']} iterations.",
    ]


if __name__ == "__main__":
    main()
