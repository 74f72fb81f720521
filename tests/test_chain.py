"""`lth train`: the stages one after another are the stages one by one; what is done is skipped, what is stale or half-written is not."""

import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

import pytest
import torch
import yaml

import tiny
from lth import paths
from lth.cli import main
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.blocks import train_block
from lth.experiments.chain import not_done, order
from lth.experiments.rounds import train_round
from lth.results.provenance import record
from lth.stages import table
from lth.storage import sha256
from lth.tickets import save_initial
from lth.training import checkpoints, loop

STAGES = ["data", "initialise", "r00", "reinit", "r01", "r02"]


def outputs(root: Path) -> dict[str, bytes]:
    """Everything that stages write but provenance, whose wall time differs."""
    files = [file for folder in ("tickets", "results") for file in (root / folder).rglob("*") if file.is_file()]
    return {str(file.relative_to(root)): file.read_bytes() for file in files if "provenance" not in file.parts}


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory) -> Path:
    """A project whose stages were run one by one, in the order of dvc.yaml."""
    root = tmp_path_factory.mktemp("one-by-one")
    tiny.write_project(root)
    (root / "dvc.yaml").touch()
    with pytest.MonkeyPatch.context() as patch:
        tiny.move_root(root, patch.setattr)
        settings, experiment = load_settings(), load_experiment("tiny")
        save_initial(experiment, settings.seed)
        for name in experiment.rounds:
            train_round(settings, experiment, name)
        for name in experiment.blocks:
            train_block(settings, experiment, name)
        table.main("tiny")
    return root


@pytest.fixture
def begun(project) -> Path:
    """A project where nothing has been trained."""
    (project / "dvc.yaml").touch()
    return project


@pytest.fixture
def trained(one_by_one, root) -> Path:
    """A project where everything has."""
    shutil.copytree(one_by_one, root, dirs_exist_ok=True)
    return root


@pytest.fixture
def train(monkeypatch, capsys):
    """`lth train tiny …`: the lines that it prints, or the one that it ends with."""

    def call(*words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["lth", "train", "tiny", *words])
        try:
            main()
            refusal = []
        except SystemExit as ended:
            refusal = str(ended.code).splitlines()
        return [*capsys.readouterr().out.splitlines(), *refusal]

    return call


def stages(lines: list[str]) -> dict[str, str]:
    """What is said of each stage."""
    return {name: said for name, _, said in (line.partition(": ") for line in lines) if name in STAGES}


def test_all_stages_are_those_one_by_one(begun, train, one_by_one):
    lines = train()
    assert list(stages(lines)) == STAGES, "the block comes as soon as r00 stands"
    assert stages(lines)["r00"].startswith("2 networks in ")
    assert stages(lines)["reinit"].startswith("4 networks in ")
    assert outputs(begun) == outputs(one_by_one)
    assert lines[-1] == "dvc commit --force pipelines/quick/tiny/dvc.yaml"
    assert set(stages(train()).values()) == {"done"}


def test_what_stages_of_dvc_wrote_is_done(trained, train):
    assert set(stages(train()).values()) == {"done"}


def test_time_counts_from_the_beginning_of_each_stage(root):
    """Not from that of the process, which trains them all."""
    with checkpoints({}, "quick/tiny r00") as first:
        time.sleep(0.1)
        with checkpoints({}, "quick/tiny r01") as second:
            assert second.seconds < 0.1 <= first.seconds


def provenance(root: Path, name: str) -> dict:
    return json.loads((root / "results" / "quick" / "tiny" / "provenance" / f"{name}.json").read_text())


def test_stages_that_are_named(begun, train):
    lines = train("initialise", "r00")
    assert list(stages(lines)) == ["initialise", "r00"]
    assert lines[-1] == "next: reinit, of 3 that are left: `lth train quick/tiny reinit`"
    assert stages(train("--until", "r01")) | {"r01": "", "reinit": ""} == {**dict.fromkeys(STAGES[:3], "done"), "reinit": "", "r01": ""}
    assert train("r01", "reinit")[-1] == "next: r02, of 1 that are left: `lth train quick/tiny r02`"
    assert train("r02")[-1].startswith("dvc commit")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["r09"], "error: quick/tiny has no stage 'r09'; did you mean r0"),
        (["--until", "renit"], "error: quick/tiny has no stage 'renit'; did you mean reinit?"),
        (["xyz"], "error: quick/tiny has no stage 'xyz'; it has data, initialise, r00, reinit, r01, r02"),
        (["r02"], "error: quick/tiny r02 waits for r01, which is not there: `lth train quick/tiny --until r02` trains both"),
        (["reinit"], "error: quick/tiny reinit waits for r00, which is not there: `lth train quick/tiny --until reinit` trains both"),
    ],
)
def test_what_cannot_be_is_one_line(begun, train, words, says):
    save_initial(load_experiment("tiny"), seed=0)
    (line,) = train(*words)
    assert line.startswith(says)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def change(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("harm", [truncate, change, Path.unlink])
@pytest.mark.parametrize(
    "file", ["results/quick/tiny/runs/r01.csv", "results/quick/tiny/runs/r01.curves.parquet", "tickets/quick/tiny/r01.npz"]
)
def test_a_harmed_output_is_trained_again(trained, train, one_by_one, file, harm):
    harm(trained / file)
    lines = stages(train())
    assert {name for name, said in lines.items() if said != "done"} == {"r01"}
    assert outputs(trained) == outputs(one_by_one)


def test_other_params_make_all_that_depends_on_them_stale(trained, train):
    tiny.write_experiment(trained, tiny.numbers({"blocks.reinit.draws": 1}))
    assert not_done(load_settings(), load_experiment("tiny")) == ["reinit"]
    tiny.write_experiment(trained, tiny.numbers({"training.optimiser.learning_rate": 0.001}))
    lines = stages(train())
    assert [name for name, said in lines.items() if said == "done"] == ["data", "initialise"]
    assert lines["r00"].endswith("; what was there was made from other params, tickets or data")
    assert set(stages(train()).values()) == {"done"}


def test_another_seed_begins_anew(trained):
    (trained / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, "seed": 1}))
    waiting = not_done(load_settings(), load_experiment("tiny"))
    assert waiting == ["data", "initialise"], "until they have run, the tickets are those of before"
    save_initial(load_experiment("tiny"), seed=1)
    assert not_done(load_settings(), load_experiment("tiny")) == ["data", *STAGES[2:]]


def test_other_arithmetic_is_stale_and_other_hours_are_not(trained):
    (trained / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, "cpu_hours": 100.0, "chunk_gib": 2.0}))
    assert not not_done(load_settings(), load_experiment("tiny"))
    numerics = paths.NUMERICS / "lenet.yaml"
    numerics.write_text(numerics.read_text().replace("sparse: ", "sparse: 9"))
    assert not_done(load_settings(), load_experiment("tiny")) == STAGES[2:]


def test_another_precision_is_stale_where_it_is_the_experiments(trained, one_by_one):
    (trained / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, "precision": "tf32"}))
    assert not_done(load_settings(), load_experiment("tiny")) == STAGES[2:]
    tiny.write_experiment(trained, tiny.numbers({"training.precision": "tf32"}))
    train_round(load_settings(), load_experiment("tiny"), "r00")
    assert outputs(trained) == outputs(one_by_one), "on a CPU it is of no effect"
    (trained / "params.yaml").write_text(yaml.safe_dump(tiny.SETTINGS))
    assert "r00" not in not_done(load_settings(), load_experiment("tiny")), "the root's is of no effect on it"


def test_provenance_that_does_not_say_is_believed_where_dvcs_lock_agrees(trained):
    settings, experiment = load_settings(), load_experiment("tiny")
    file = trained / "results" / "quick" / "tiny" / "provenance" / "r01.json"
    about = json.loads(file.read_text())
    assert about.pop("made_from")
    file.write_text(json.dumps(about))
    assert not_done(settings, experiment) == ["r01"]
    files = ["data/mnist.safetensors", "tickets/quick/tiny/r00.npz", *about["sha256"]]
    parts = [{"path": name, "md5": hashlib.md5((trained / name).read_bytes()).hexdigest()} for name in files]
    params = {"params.yaml": {"engine": "auto"}, "pipelines/quick/tiny/params.yaml": {"data.name": "mnist", "trials": 2}}
    stage = {"deps": parts[:2], "outs": parts[2:], "params": params}
    lock = trained / "pipelines" / "quick" / "tiny" / "dvc.lock"
    lock.write_text(yaml.safe_dump({"stages": {"round@r01": stage}}))
    assert not not_done(settings, experiment)
    lock.write_bytes(lock.read_bytes()[:-9])
    with pytest.raises(LthError, match=r"^pipelines/quick/tiny/dvc.lock is damaged .+`git checkout -- pipelines/quick/tiny/dvc.lock`$"):
        not_done(settings, experiment)
    params["pipelines/quick/tiny/params.yaml"]["trials"] = 3
    lock.write_text(yaml.safe_dump({"stages": {"round@r01": stage}}))
    assert not_done(settings, experiment) == ["r01"]
    train_round(settings, experiment, "r01")
    assert not not_done(settings, experiment), "trained again, its provenance says"
    assert provenance(trained, "r01")["sha256"] == about["sha256"]
    assert provenance(trained, "r01")["wall_seconds"] == about["wall_seconds"], "the bytes are those of the first run"


def test_interrupted_it_goes_on_from_the_checkpoint(begun, train, one_by_one, monkeypatch, capsys):
    tiny.save_checkpoints_always(monkeypatch.setattr)
    reached = []
    to_next = loop._Run.to_next_evaluation

    def interrupted(run, iteration):
        reached.append(iteration)
        if len(reached) == 12:  # in r01, or the block before it
            raise KeyboardInterrupt
        return to_next(run, iteration)

    with monkeypatch.context() as patch:
        patch.setattr(loop._Run, "to_next_evaluation", interrupted)
        patch.setattr(sys, "argv", ["lth", "train", "tiny"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 130
    said = capsys.readouterr()
    assert stages(said.out.splitlines()).keys() == {"data", "initialise", "r00"}
    assert said.err.splitlines()[-1] == "interrupted; the same command goes on from the checkpoint"
    assert list((begun / ".checkpoints").glob("*/*"))
    monkeypatch.setattr(loop._Run, "to_next_evaluation", lambda run, iteration: reached.append(iteration) or to_next(run, iteration))
    reached.clear()
    assert stages(train())["r00"] == "done"
    assert len(reached) < (4 + 2 + 2) * 4, "some of the iterations were not trained again"
    assert outputs(begun) == outputs(one_by_one)


def test_without_git_the_commit_is_unknown(root, monkeypatch):
    monkeypatch.setenv("PATH", str(root))
    file, sidecar = root / "rows.csv", root / "rows.json"
    file.write_text("a\n")
    record(sidecar, [file], "the command", {"engine": "torch-1"}, seconds=1)
    assert json.loads(sidecar.read_text())["commit"] == "unknown"
    assert json.loads(sidecar.read_text())["sha256"] == {"rows.csv": sha256(file)}


def test_it_trains_without_git_and_dvc(begun, train, one_by_one, monkeypatch):
    monkeypatch.setenv("PATH", str(begun))
    monkeypatch.setitem(sys.modules, "dvc", None)
    train()
    assert outputs(begun) == outputs(one_by_one)
    assert provenance(begun, "r00")["commit"] == "unknown"


def test_data_is_prepared_where_there_is_none(begun, train, monkeypatch):
    file = begun / "data" / "mnist.safetensors"
    content = file.read_bytes()
    file.unlink()
    assert train("r00")[-1].startswith("error: quick/tiny r00 waits for data, which is not there")
    monkeypatch.setattr("lth.experiments.chain.prepare", lambda name, seed, file: file.write_bytes(content))
    assert list(stages(train("--until", "r00"))) == ["data", "initialise", "r00"]


def test_a_stage_that_a_gpu_is_for_stops_it(begun, train):
    (begun / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, "cpu_hours": 1e-7}))
    lines = train()
    assert lines[-1].startswith("error: quick/tiny r00 would train for about ")
    assert list(stages(lines)) == ["data", "initialise"]


@pytest.mark.parametrize("name", ["paper/lenet", "paper/lenet-oneshot", "quick/conv2"])
def test_order_waits_for_nothing_that_comes_later(name):
    seen = []
    for stage, waits_for in order(load_experiment(name)).items():
        assert set(waits_for) <= set(seen)
        seen.append(stage)
    experiment = load_experiment(name)
    assert seen == [*dict.fromkeys(seen)]
    assert set(seen) == {"data", "initialise", *experiment.rounds, *experiment.blocks}
    assert not torch.cuda.is_initialized()
