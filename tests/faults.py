"""Faults, and the command that meets each: what `test_faults.py` tries, and `docs/faults.md` shows with the line that comes back.

`python tests/faults.py` writes that page anew.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
import yaml
from safetensors.torch import load_file, save_file

import tiny
from lth import paths
from lth.entry import run

PAGE = tiny.REPOSITORY / "docs" / "faults.md"

PARAMS = "pipelines/quick/lenet/params.yaml"
RUNS = "results/quick/lenet/runs"
TICKETS = "tickets/quick/lenet"
SIDECAR = "results/quick/lenet/provenance/r01.json"
STAGES, LOCK = "pipelines/quick/lenet/dvc.yaml", "pipelines/quick/lenet/dvc.lock"


NOWHERE = "/nowhere"

SHOWN = "/repository"
"""How the page names the folder that a fault was made in."""


class Fault(NamedTuple):
    what: str
    command: str
    """`lth …`, `dvc …`, or a stage and its words."""
    harm: Callable[[Path], object]
    """Does it to the repository in a folder."""


def garbage(file: str) -> Callable[[Path], object]:
    return lambda root: (root / file).write_bytes(b"\x00\xff{garbage" * 9)


def halved(file: str) -> Callable[[Path], object]:
    """Cut at the end of a line, so that what is left still reads as a table; inside, where there are no lines."""

    def cut(root: Path) -> None:
        content = (root / file).read_bytes()
        half = content[: len(content) // 2]
        (root / file).write_bytes(half if file.endswith((".parquet", ".npz")) else half[: half.rindex(b"\n") + 1])

    return cut


def missing(file: str) -> Callable[[Path], object]:
    return lambda root: (root / file).unlink()


def folder(file: str) -> Callable[[Path], object]:
    return lambda root: (root / file).unlink(missing_ok=True) or (root / file).mkdir()


def edited(file: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text, f"{file} does not hold {old!r}"
        (root / file).write_text(text.replace(old, new, 1))

    return edit


def param(key: str, value: object) -> Callable[[Path], object]:
    values = {"name": "lenet", "network.hidden": None, **({"network.width": 1.0} if key == "network.hidden" else {}), key: value}
    return lambda root: tiny.write_experiment(root, tiny.numbers(values), "quick/lenet")


def line(old: str, new: str) -> Callable[[Path], object]:
    return edited(PARAMS, old, new)


def data(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], object]:
    """Changes the prepared MNIST."""

    def harm(root: Path) -> None:
        file = root / "data" / "mnist.safetensors"
        tensors = load_file(file)
        change(tensors)
        save_file({name: value.contiguous() for name, value in tensors.items()}, file)

    return harm


def ticket(name: str, **arrays: np.ndarray) -> Callable[[Path], object]:
    """Puts other arrays into a ticket file."""

    def harm(root: Path) -> None:
        file = root / TICKETS / f"{name}.npz"
        with np.load(file) as opened:
            kept = dict(opened)
        np.savez(file, **{**kept, **arrays}, allow_pickle=True)

    return harm


def row(**columns: object) -> Callable[[Path], object]:
    """Changes the first row of a round by hand, where no provenance would tell."""

    def harm(root: Path) -> None:
        (root / SIDECAR).unlink()
        file = root / RUNS / "r01.csv"
        rows = pd.read_csv(file).astype(dict.fromkeys(columns, object))
        for column, value in columns.items():
            rows.loc[0, column] = value
        rows.to_csv(file, index=False)

    return harm


def made_by(**columns: str) -> Callable[[Path], object]:
    """Makes all rows of a round those of another maker."""

    def harm(root: Path) -> None:
        (root / SIDECAR).unlink()
        file = root / RUNS / "r01.csv"
        pd.read_csv(file).assign(**columns).to_csv(file, index=False)

    return harm


def curve(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    def harm(root: Path) -> None:
        (root / SIDECAR).unlink()
        file = root / RUNS / "r01.curves.parquet"
        change(pd.read_parquet(file)).to_parquet(file, index=False)

    return harm


def unsaid(root: Path) -> None:
    """Takes from a round's provenance what it was made from."""
    about = json.loads((root / SIDECAR).read_text())
    about.pop("made_from", None)
    (root / SIDECAR).write_text(json.dumps(about))


def nan(curves: pd.DataFrame) -> pd.DataFrame:
    return curves.assign(validation_loss=np.float32("nan"))


def flipped(tensors: dict[str, torch.Tensor]) -> None:
    tensors["train_images"][7, 0, 14, 14] ^= 1


def labels(tensors: dict[str, torch.Tensor]) -> None:
    tensors["train_labels"][:] = 250


def overlapping(tensors: dict[str, torch.Tensor]) -> None:
    tensors["validation"][0] = tensors["train"][0]


def beyond(tensors: dict[str, torch.Tensor]) -> None:
    tensors["train"][-1] = 10**9


def bomb(root: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with open(root / PARAMS, "a") as file:
        file.write("\n".join(["a0: &a0 [x, x]", *levels, ""]))


def originals(folder: str) -> Callable[[Path], object]:
    """Points LTH_DATA at a file or folder of the repository."""
    return lambda root: os.environ.__setitem__("LTH_DATA", str(root / folder))


def nothing(root: Path) -> None:
    """The command is the fault."""


FIRST = "round quick/lenet r01"
SHOW = "lth show quick/lenet"
TRAIN = "lth train quick/lenet"
STATUS = f"dvc status {STAGES}:table"
FAULTS = {
    "Prepared data": [
        Fault(
            "another data set under this one's name",
            FIRST,
            lambda root: (root / "data/cifar10.safetensors").rename(root / "data/mnist.safetensors"),
        ),
        Fault("labels of 250", FIRST, data(labels)),
        Fault("images of 32 by 32", FIRST, data(lambda t: t.update(train_images=torch.zeros(200, 1, 32, 32, dtype=torch.uint8)))),
        Fault("fewer labels than images", FIRST, data(lambda t: t.update(train_labels=t["train_labels"][:90]))),
        Fault("ten test images", FIRST, data(lambda t: t.update(test_images=t["test_images"][:10]))),
        Fault("one flipped bit of one pixel", FIRST, data(flipped)),
        Fault("an image both trained on and held out", FIRST, data(overlapping)),
        Fault("a position where no image is", FIRST, data(beyond)),
        Fault("floating-point images", FIRST, data(lambda t: t.update(test_images=t["test_images"].float()))),
        Fault("garbage", FIRST, garbage("data/mnist.safetensors")),
        Fault("no data", FIRST, missing("data/mnist.safetensors")),
        Fault("no record of what data are", FIRST, missing("src/lth/numerics/data.yaml")),
    ],
    "Files of the repository": [
        Fault("claims.csv missing", "lth claims", missing("results/claims.csv")),
        Fault("claims.csv cut in half at a line", "lth claims", halved("results/claims.csv")),
        Fault(
            "the same without SHA256SUMS",
            "lth claims",
            lambda root: (missing("results/SHA256SUMS")(root), halved("results/claims.csv")(root)),
        ),
        Fault("one verdict of claims.csv changed", "lth claims", edited("results/claims.csv", "not run", "reproduced")),
        Fault("garbage for claims.csv", "gallery", garbage("results/claims.csv")),
        Fault("a folder for claims.csv", "lth claims", folder("results/claims.csv")),
        Fault("garbage for SHA256SUMS", "lth claims", garbage("results/SHA256SUMS")),
        Fault("index.csv cut in half", "lth cite 3", halved("figures/quick/index.csv")),
        Fault("garbage for index.csv", "lth figures 3", garbage("figures/quick/index.csv")),
        Fault("garbage for a figure's numbers", "lth cite 3", garbage("figures/quick/figure3.csv")),
        Fault("a figure's numbers missing", "lth cite 3", missing("figures/quick/figure3.csv")),
        Fault("garbage for a provenance sidecar", SHOW, garbage(SIDECAR)),
        Fault("a sidecar that holds nothing", "lth cite 3", lambda root: (root / SIDECAR).write_text("{}")),
        Fault("a sidecar of words for numbers", "lth cite 3", edited(SIDECAR, '"wall_seconds": ', '"wall_seconds": "long", "was": ')),
        Fault("garbage for CITATION.cff", "lth cite 3", garbage("CITATION.cff")),
        Fault("CITATION.cff without a title", "lth cite 3", edited("CITATION.cff", "title:", "titel:")),
        Fault("garbage for an engine's id", FIRST, garbage("src/lth/numerics/lenet.yaml")),
        Fault("an engine without an id", FIRST, lambda root: (root / "src/lth/numerics/lenet.yaml").write_text("torch: 1\n")),
        Fault("structure.parquet cut in half", "lth figures beyond_maps", halved("results/quick/lenet/maps.parquet")),
        Fault(
            "the same without provenance",
            "lth figures beyond_maps",
            lambda root: (missing("results/quick/lenet/provenance/structure.json")(root), halved("results/quick/lenet/maps.parquet")(root)),
        ),
        Fault("rows missing", SHOW, missing(f"{RUNS}/r01.csv")),
        Fault("rows empty", SHOW, lambda root: (root / RUNS / "r01.csv").write_bytes(b"")),
        Fault("curves cut in half", "lth figures 3", halved(f"{RUNS}/r01.curves.parquet")),
        Fault("README.md missing", "readme", missing("README.md")),
        Fault("README.md without its marks", "readme", lambda root: (root / "README.md").write_text("# Nothing\n")),
        Fault("an experiment's params.yaml missing", SHOW, missing(PARAMS)),
        Fault("more trials in params.yaml than were trained", SHOW, line("trials: 2", "trials: 10")),
        Fault("garbage for params.yaml", FIRST, garbage("params.yaml")),
        Fault("a file for .checkpoints", FIRST, lambda root: (root / ".checkpoints").write_text("")),
        Fault("a folder for a stage's lock", FIRST, lambda root: (root / ".checkpoints/quick-lenet-r01.lock").mkdir(parents=True)),
        Fault("a file for results", FIRST, lambda root: ((root / "results").rename(root / "was"), (root / "results").write_text(""))),
    ],
    "DVC's own files": [
        Fault("garbage for dvc.yaml", STATUS, garbage(STAGES)),
        Fault("dvc.yaml cut in half", STATUS, halved(STAGES)),
        Fault("a stage of dvc.yaml twice", STATUS, edited(STAGES, "  control:", "  round:")),
        Fault("garbage for dvc.lock", STATUS, garbage(LOCK)),
        Fault("the same, where it alone says what was run", TRAIN, lambda root: (unsaid(root), garbage(LOCK)(root))),
    ],
    "Tickets": [
        Fault("cut in half", FIRST, halved(f"{TICKETS}/r00.npz")),
        Fault("missing", FIRST, missing(f"{TICKETS}/r00.npz")),
        Fault("of another type", FIRST, ticket("r00", **{"0/fc1.weight": np.zeros(1470)})),
        Fault("of no dimension", FIRST, ticket("r00", **{"0/fc1.weight": np.uint8(3)})),
        Fault("of Python objects", FIRST, ticket("r00", **{"0/fc1.weight": np.array([print], object)})),
        Fault("the record of another seed", FIRST, ticket("initial", seed=np.array(7))),
        Fault("of a negative seed", FIRST, ticket("initial", seed=np.array(-1))),
        Fault("of a seed that is none", FIRST, ticket("initial", seed=np.array([1.5, 2]))),
    ],
    "Absurd numbers": [
        Fault("trials: 10⁹", SHOW, param("trials", 10**9)),
        Fault("draws: 10⁹", SHOW, param("blocks.reinit.draws", 10**9)),
        Fault("iterations: 10¹²", FIRST, param("training.iterations", 10**12)),
        Fault(
            "an evaluation at each of 10⁷ iterations",
            FIRST,
            lambda root: tiny.write_experiment(
                root, tiny.numbers({"name": "lenet", "training.iterations": 10**7, "evaluation.every": 1}), "quick/lenet"
            ),
        ),
        Fault("width: 10⁹", "initialise quick/lenet", param("network.width", 1e9)),
        Fault("hidden: [10¹², 1]", "initialise quick/lenet", param("network.hidden", [10**12, 1])),
        Fault("hidden: [100000, 100000]", "initialise quick/lenet", param("network.hidden", [10**5, 10**5])),
        Fault(
            "a thousand trials, draws and rounds",
            SHOW,
            lambda root: tiny.write_experiment(
                root, tiny.numbers({"name": "lenet", "trials": 1000, "blocks.reinit.draws": 1000}), "quick/lenet"
            ),
        ),
        Fault("training in a precision that there is not", FIRST, param("training.precision", "bf16")),
        Fault("seed: 10³⁰", "initialise quick/lenet", edited("params.yaml", "seed: 0", f"seed: {10**30}")),
        Fault("a number of 5,000 digits", SHOW, line("trials: 2", f"trials: {'9' * 5000}")),
        Fault("aliases of aliases, nine deep", SHOW, bomb),
        Fault("a thousand lists in one another", SHOW, line("trials: 2", f"trials: {'[' * 1000}{']' * 1000}")),
        Fault("a megabyte of YAML", SHOW, line("trials: 2", f"trials: 2\n#{'x' * 2**20}")),
        Fault("a value of 100,000 letters", SHOW, param("trials", "x" * 100_000)),
        Fault("a name of 300 letters", SHOW, param("name", "x" * 300)),
        Fault("a block's name of 300 letters", SHOW, param("blocks", {"x" * 300: tiny.NUMBERS["blocks"]["reinit"]})),
    ],
    "YAML": [
        Fault("batch_size: 1:30", SHOW, line("batch_size: 8", "batch_size: 1:30")),
        Fault("trials: yes", SHOW, line("trials: 2", "trials: yes")),
        Fault("a key twice", SHOW, line("trials: 2", "trials: 2\ntrials: 3")),
        Fault("a Python object", SHOW, line("trials: 2", "trials: !!python/object/apply:os.system [echo harm]")),
    ],
    "Tables changed by hand": [
        Fault("any digit, where there is provenance", SHOW, edited(f"{RUNS}/r01.csv", "quick,ticket,1,0,0", "quick,ticket,1,1,0")),
        Fault("accuracy 17", SHOW, row(es_test_accuracy=17)),
        Fault("accuracy −1", SHOW, row(es_test_accuracy=-1)),
        Fault("accuracy infinite", SHOW, row(final_train_accuracy=float("inf"))),
        Fault("loss infinite", SHOW, row(final_train_loss=float("inf"))),
        Fault("loss missing", SHOW, row(final_train_loss=float("nan"))),
        Fault("words for a loss", SHOW, row(final_train_loss="low")),
        Fault("P_m 110", SHOW, row(percent_remaining=110)),
        Fault("es_iteration 10⁷", SHOW, row(es_iteration=10**7)),
        Fault("es_iteration between evaluations", SHOW, row(es_iteration=13)),
        Fault("another experiment's name", SHOW, row(experiment="conv2")),
        Fault("another scale", SHOW, row(scale="paper")),
        Fault("a round in another precision", SHOW, made_by(library="torch 2.15.0, tf32")),
        Fault("an evaluation missing from the curves", "lth figures 3", curve(lambda curves: curves[curves["iteration"] != 20])),
        Fault("a point of one network missing", "lth figures 3", curve(lambda curves: curves.iloc[1:])),
        Fault("losses that are no number in the curves", "lth figures 3", curve(nan)),
    ],
    "Controls": [
        Fault("a control that there is not", SHOW, line("control: reinit", "control: reinitt")),
        Fault("the same, of what is yet to be trained", TRAIN, line("control: reinit", "control: reinitt")),
        Fault("the same, of what is yet to be weighed", "lth plan quick/lenet", line("control: reinit", "control: reinitt")),
    ],
    "Names": [
        Fault("a path for an experiment", "lth show ../../evil", nothing),
        Fault("a shell word for an experiment", "round quick/lenet;evil r00", nothing),
        Fault("a path in params.yaml", SHOW, param("name", "../../evil")),
        Fault("a shell word in params.yaml", SHOW, param("name", "lenet; touch evil")),
        Fault("a path for a block", SHOW, param("blocks", {"../evil": tiny.NUMBERS["blocks"]["reinit"]})),
        Fault("a collection that there is not", "figures foo", nothing),
        Fault("a collection without an experiment", "figures desk", nothing),
        Fault("a path for a collection", "figures ../evil", nothing),
        Fault("a path for a notebook", "notebook ../evil", lambda root: (root / "evil.py").write_text("# %%\n1\n")),
        Fault("a path for a data set", "data ../evil", nothing),
        Fault("stages, and the last of them", f"{TRAIN} r01 --until r02", nothing),
    ],
    "Surroundings": [
        Fault(
            "LTH_ROOT an empty folder",
            "claims",
            lambda root: [path.rename(root.parent / f"{root.name}-{path.name}") for path in root.iterdir()],
        ),
        Fault("LTH_ROOT a file", "lth show lenet", lambda root: (root.rename(root.with_name("was")), root.write_text(""))),
        Fault("LTH_ROOT another project, with pipelines/ and params.yaml", "claims", lambda root: (root / "src").rename(root / "source")),
        Fault("LTH_DATA a folder that is not there", "data mnist", nothing),
        Fault("LTH_DATA a file", "data mnist", originals("README.md")),
        Fault("LTH_DATA without the data set", "data cifar10", originals("data")),
    ],
}


def make_project(root: Path) -> None:
    """A clone whose one experiment, quick/lenet, is tiny and has been run to its end. The package's root must have been moved there."""
    from lth.config import load_experiment, load_settings
    from lth.experiments.blocks import train_block
    from lth.experiments.rounds import train_round
    from lth.reports.drawing import draw_again
    from lth.stages import claims, structure, table
    from lth.tickets import save_initial

    tiny.write_project(root)
    (root / "pipelines/quick/tiny/params.yaml").unlink()
    (root / "pipelines/quick/tiny").rmdir()
    tiny.write_experiment(root, tiny.numbers({"name": "lenet"}), "quick/lenet")
    settings, experiment = load_settings(), load_experiment("lenet")
    save_initial(experiment, settings.seed)
    for name in experiment.rounds:
        train_round(settings, experiment, name)
    for name in experiment.blocks:
        train_block(settings, experiment, name)
    table.main("lenet")
    structure.main("lenet")
    claims.main()
    draw_again(["3", "beyond_maps"])
    shutil.rmtree(root / ".checkpoints")
    (root / "notebooks").mkdir()
    for file in ("README.md", "CITATION.cff", STAGES):
        (root / file).write_bytes((tiny.REPOSITORY / file).read_bytes())
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    write_lock(root)
    for words in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def write_lock(root: Path) -> None:
    """What DVC would have written of round r01."""
    from lth.config.grammar import parse_yaml

    about, values = json.loads((root / SIDECAR).read_text()), parse_yaml((root / PARAMS).read_bytes())
    files = ["data/mnist.safetensors", f"{TICKETS}/r00.npz", *about["sha256"]]
    parts = [{"path": name, "md5": hashlib.md5((root / name).read_bytes()).hexdigest()} for name in files]
    params = {"params.yaml": {"engine": "auto"}, PARAMS: {key: values[key] for key in ("network", "trials")}}
    stage = {"cmd": f"python -m lth.stages.{FIRST}", "deps": parts[:2], "params": params, "outs": parts[2:]}
    (root / LOCK).write_text(yaml.safe_dump({"schema": "2.0", "stages": {"round@r01": stage}}))


def answer(command: str) -> str:
    """What a command ends in: its line, or nothing where it did what it was asked."""
    program, *words = command.split()
    if program == "dvc":
        done = subprocess.run([sys.executable, "-m", "dvc", *words], cwd=paths.ROOT, capture_output=True, text=True, check=False)
        return f"error: {(done.stderr or done.stdout).splitlines()[0].removeprefix('ERROR: ')}" if done.returncode else ""
    before, sys.argv = sys.argv, [program, *words]
    try:
        if program == "lth":
            import_module("lth.cli").main()
        else:
            run(import_module(f"lth.stages.{program}").main)
    except SystemExit as ended:
        return str(ended)
    finally:
        sys.argv = before
    return ""


def page(lines: dict[str, dict[str, str]]) -> str:
    """docs/faults.md, from the line that each fault got."""
    parts = []
    for title, faults in FAULTS.items():
        rows = [row_of(fault, lines[title][fault.what]) for fault in faults]
        parts.append("\n".join([f"## {title}", "", "| what is wrong | command | what it says |", "|---|---|---|", *rows]))
    return "\n\n".join([HEAD, *parts, ""])


def row_of(fault: Fault, said: str) -> str:
    """A row of the page."""
    said = said.removeprefix("error: ").replace("|", r"\|").replace("<", "&lt;")
    return f"| {fault.what} | `{fault.command}` | {said} |"


def collect(root: Path, fresh: Callable[[Path], object]) -> dict[str, dict[str, str]]:
    """Tries every fault. fresh: makes `root` the project anew."""
    lines: dict[str, dict[str, str]] = {}
    for title, faults in FAULTS.items():
        for fault in faults:
            fresh(root)
            fault.harm(root)
            lines.setdefault(title, {})[fault.what] = answer(fault.command).replace(str(root), SHOWN)
    return lines


HEAD = """\
# What is said when something is wrong

Each row is a test: the fault was made in a small repository, the command run, and this, after `error: `, is all that it said. Exit status is 1, and
nothing was written. `LTH_TRACEBACK=1` shows the traceback behind a line that names no remedy. Of what DVC says of its own files, which
`git checkout` restores, it is the first line; `lth` does not read dvc.yaml. Written by `python tests/faults.py`.

Hashes that are recorded are compared whenever a table is read, which takes a few hundredths of the time that reading does: `python -m
benchmarks.start_up` measures it, [benchmarks/](../benchmarks/README.md) has the figures."""


def surround(root: Path, setattr: Callable, setenv: Callable[[str, str], None]) -> None:
    """Moves the package's root there, on a machine of 16 GiB without the original data."""
    import lth.tickets.files

    tiny.move_root(root, setattr)
    setattr(lth.tickets.files, "memory_bytes", lambda: 16 * 2**30)
    setenv("LTH_ROOT", str(root))
    setenv("LTH_DATA", NOWHERE)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        root, kept = Path(temporary) / "repository", Path(temporary) / "kept"
        root.mkdir()
        surround(root, setattr, os.environ.__setitem__)
        make_project(root)
        root.rename(kept)

        def fresh(root: Path) -> None:
            root.unlink() if root.is_file() else shutil.rmtree(root, ignore_errors=True)
            os.environ["LTH_DATA"] = NOWHERE
            shutil.copytree(kept, root)

        text = page(collect(root, fresh))
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
