"""Whether a stage's outputs are whole and made from what is here now, without DVC: nothing half-written or stale counts as done.

A stage is done where the provenance beside its outputs has the SHA-256 of each of them, was written by the arithmetic of today, and has the hash
(`made_from`) of the very params, tickets and data that lie here. Provenance that says nothing of the last is of stages that DVC ran: then
pipelines/<collection>/<experiment>/dvc.lock must hold the same params and the MD5 of every input and output.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from lth import paths
from lth.config import INITIAL, Experiment, Settings
from lth.config.grammar import parse_yaml
from lth.data import is_split_by
from lth.errors import LthError
from lth.experiments.borrowing import lent_files
from lth.results.files import runs_folder, sidecar
from lth.storage import read
from lth.tickets import ticket_file, ticket_files, verify_initial
from lth.training.engines.choose import numerics_id

ABSENT = "is not there"


def why_not_done(settings: Settings, experiment: Experiment, name: str) -> str:
    """Why a stage has to run, as the end of a sentence: `data`, `initialise`, a round or a block; empty where it is done."""
    if name == "data":
        if not data_file(experiment).is_file():
            return ABSENT
        return "" if is_split_by(settings.seed, experiment.data.name) else "is split by another seed"
    if name == "initialise":
        return _why_not_initialised(settings, experiment)
    outputs = output_files(experiment, name)
    recorded = sidecar(experiment.folder, name)
    if not all(file.is_file() for file in [*outputs, recorded]):
        return ABSENT
    try:
        about = json.loads(recorded.read_text())
        whole = about["sha256"] == hashes(outputs)
        engine = about["engine"]
    except (ValueError, KeyError, TypeError):
        return "has provenance that cannot be read"
    if not whole:
        return "has outputs that are not those of its provenance"
    if engine != numerics_id(experiment.network.name, engine.split("-")[0]):
        return f"was made by another arithmetic, {engine}"
    if not all(file.is_file() for file in input_files(experiment, name)):
        return "was made from tickets or data that are not there"
    present = made_from(settings, experiment, name, hashes(input_files(experiment, name)))
    if about.get("made_from") == present or ("made_from" not in about and _in_lock(experiment, name)):
        return ""
    return "was made from other params, tickets or data"


def made_from(settings: Settings, experiment: Experiment, name: str, inputs: Mapping[str, str]) -> str:
    """The hash of all that a stage's results depend on beside arithmetic and hardware. inputs: SHA-256 of the files it reads.

    `chunk_gib` speaks of the hardware, a GPU's memory: how many networks it made a chunk, which fixes the rounding, stands in provenance.
    """
    chosen = {"mode": "json", "exclude_defaults": True}
    block = experiment.blocks.get(name)
    content = {
        "stage": name,
        "settings": {"engine": settings.engine, "precision": experiment.training.precision_under(settings)},
        "experiment": experiment.model_dump(exclude={"rounds", "blocks", "copies"}, **chosen),
        "block": block and block.model_dump(**chosen),
        "files": dict(inputs),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def input_files(experiment: Experiment, name: str) -> list[Path]:
    """The tickets and the data that a round or block reads."""
    last = name if name in experiment.rounds else experiment.blocks[name].rounds[-1]
    return [*ticket_files(experiment, int(last[1:])), *lent_files(experiment, name), data_file(experiment)]


def output_files(experiment: Experiment, name: str) -> list[Path]:
    """Rows and curves of a round or block, and what a round pruned."""
    tables = [runs_folder(experiment) / f"{name}.csv", runs_folder(experiment) / f"{name}.curves.parquet"]
    return [*tables, *([ticket_file(experiment, name)] if name in experiment.rounds else [])]


def data_file(experiment: Experiment) -> Path:
    return paths.DATA / f"{experiment.data.name}.safetensors"


def hashes(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of files by the names that messages show."""
    return {paths.shown(file): _digest("sha256", file) for file in files}


def _why_not_initialised(settings: Settings, experiment: Experiment) -> str:
    file = ticket_file(experiment, INITIAL)
    if not file.is_file():
        return ABSENT
    try:
        seed = verify_initial(experiment)
    except LthError:
        return "does not hold the initial weights that params.yaml gives"
    with np.load(file, allow_pickle=False) as record:
        trials = len(record["sha256"])
    return "" if (seed, trials) == (settings.seed, experiment.trials.count) else "is of another seed or other trials"


def _in_lock(experiment: Experiment, name: str) -> bool:
    """Whether DVC's lock holds the stage with the params, inputs and outputs that are here."""
    lock = paths.PIPELINES / experiment.folder / "dvc.lock"
    if not lock.is_file():
        return False
    stages = read(lock, lambda content: parse_yaml(content)["stages"])  # a damaged one is no reason to train for hours
    kind = "round" if name in experiment.rounds else "control"
    try:
        stage = stages[f"{kind}@{name}"]
        same_params = all(
            _at(read(paths.ROOT / file, parse_yaml), key) == value
            for file, params in stage["params"].items()
            for key, value in params.items()
        )
        return same_params and all(_digest("md5", paths.ROOT / part["path"]) == part["md5"] for part in stage["deps"] + stage["outs"])
    except (OSError, LthError, LookupError, TypeError, AttributeError, ValueError):  # edited by hand, it says nothing of the stage
        return False


def _at(values: dict, key: str) -> object:
    """What lies at a dotted key."""
    for part in key.split("."):
        values = values[part]
    return values


def _digest(kind: str, file: Path) -> str:
    return _digest_of(kind, file, (found := file.stat()).st_mtime_ns, found.st_size)


@functools.cache
def _digest_of(kind: str, file: Path, modified: int, size: int) -> str:
    """Computed once for as long as a file stays as it is: many stages read the same."""
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, kind).hexdigest()
