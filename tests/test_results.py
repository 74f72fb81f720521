"""The tidy tables: what is documented is what is written, whole or not at all, the same bytes each time."""

import json
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import tiny
from lth import load_curves, load_results, paths
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.blocks import train_block
from lth.experiments.rounds import train_round
from lth.experiments.stage import open_stage
from lth.measures import IDENTITY
from lth.reports.rounds import rounds_table
from lth.results.columns import COLUMNS, CURVES
from lth.results.files import arms_of, save
from lth.results.provenance import record
from lth.results.summary import headline
from lth.tickets import load_ticket, load_tickets, save_initial
from lth.training.engines.choose import Equipment


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A project whose tiny experiment is trained from beginning to end."""
    root = tmp_path_factory.mktemp("finished")
    tiny.write_project(root)
    with pytest.MonkeyPatch.context() as patch:
        tiny.move_root(root, patch.setattr)
        settings, experiment = load_settings(), load_experiment("tiny")
        save_initial(experiment, settings.seed)
        for name in experiment.rounds:
            train_round(settings, experiment, name)
        for name in experiment.blocks:
            train_block(settings, experiment, name)
    return root


@pytest.fixture
def trained(finished, root):
    """The experiment, in a copy of that project."""
    shutil.copytree(finished, root, dirs_exist_ok=True)
    return load_experiment("tiny")


@pytest.fixture
def unrecorded(trained):
    """The same without provenance, by which any edit would be known."""
    shutil.rmtree(paths.RESULTS / "quick" / "tiny" / "provenance")
    return trained


def written() -> dict[str, bytes]:
    return {paths.shown(file): file.read_bytes() for file in sorted(paths.RESULTS.rglob("*")) if file.is_file()}


def test_the_columns_are_the_documented_ones(trained):
    rows, curves = load_results("tiny"), load_curves("tiny")
    assert list(rows.columns) == list(COLUMNS)
    assert list(curves.columns) == list(CURVES)
    assert all(text for text in (COLUMNS | CURVES).values())
    for file in (paths.RESULTS / "quick" / "tiny" / "runs").iterdir():
        read, documented = (pd.read_csv, COLUMNS) if file.suffix == ".csv" else (pd.read_parquet, CURVES)
        assert list(read(file).columns) == list(documented)


def test_one_row_a_network(trained):
    rows = load_results("tiny").set_index(IDENTITY).sort_index()
    tickets = [("ticket", round, trial, 0) for round in range(3) for trial in range(2)]
    controls = [("reinit", 1, trial, draw) for trial in range(2) for draw in range(2)]
    assert list(rows.index) == sorted(tickets + controls)
    for (_, round, trial, _), row in rows.iterrows():
        ticket = load_ticket("tiny", round=round, trial=trial)
        assert row["weights_remaining"] == ticket.weights_remaining
        assert row["percent_remaining"] == pytest.approx(ticket.percent_remaining)
    assert set(rows["experiment"]) == {"tiny"}
    assert set(rows["iterations"]) == {40}
    assert not rows.isna().any(axis=None)


def test_a_round_prunes_its_survivors(trained):
    rows = load_results("tiny").query("arm == 'ticket' and trial == 0").sort_values("round")
    assert rows["percent_remaining"].iloc[0] == 100
    assert rows["weights_remaining"].is_monotonic_decreasing
    for earlier, later in ((0, 1), (1, 2)):
        before, after = (load_ticket("tiny", round=round, trial=0).mask for round in (earlier, later))
        for name, rate in (("fc1.weight", 0.2), ("fc2.weight", 0.2), ("output.weight", 0.1)):
            survivors = int(before[name].sum())
            assert int(after[name].sum()) == survivors - round(rate * survivors)


def test_curves_are_of_the_rows(trained):
    rows, curves = load_results("tiny").set_index(IDENTITY), load_curves("tiny")
    assert (curves.dtypes[["validation_loss", "validation_accuracy", "test_accuracy"]] == "float32").all()
    for identity, curve in curves.groupby(IDENTITY):
        assert curve["iteration"].tolist() == [0, 10, 20, 30, 40]
        row = rows.loc[identity]
        assert curve["iteration"].iloc[curve["validation_loss"].argmin()] == row["es_iteration"]
        assert curve["validation_loss"].iloc[-1] == np.float32(row["final_validation_loss"])
        assert curve["test_accuracy"].notna().tolist() == ([True] * 3 + [False] * 2 if identity[0] == "ticket" else [False] * 5)


def test_an_arm_is_there_when_all_its_stages_are(unrecorded):
    whole = arms_of("quick/tiny")
    assert whole == {"ticket", *(block.control for block in unrecorded.blocks.values())}
    name, block = next(iter(unrecorded.blocks.items()))
    runs = paths.RESULTS / "quick" / "tiny" / "runs"
    (runs / f"{name}.csv").unlink()
    assert arms_of("quick/tiny") == whole - {block.control}
    assert set(load_results("tiny", arms_of("quick/tiny"))["arm"]) == whole - {block.control}
    with pytest.raises(LthError, match=rf"{name}\.csv is missing"):
        load_results("tiny")
    (runs / "r01.csv").unlink()
    assert "ticket" not in arms_of("quick/tiny"), "one round of several"


def test_rows_that_provenance_names_are_missed(trained):
    (paths.RESULTS / "quick" / "tiny" / "runs" / "r01.csv").unlink()
    assert "ticket" in arms_of("quick/tiny"), "they were there"
    with pytest.raises(LthError, match=r"r01\.csv is missing"):
        load_results("tiny", arms_of("quick/tiny"))


@pytest.mark.parametrize("stage", ["r02", "reinit"])
@pytest.mark.parametrize(("ending", "load"), [(".csv", load_results), (".curves.parquet", load_curves)])
def test_a_missing_stage_is_named(trained, stage, ending, load):
    (paths.RESULTS / "quick" / "tiny" / "runs" / f"{stage}{ending}").unlink()
    with pytest.raises(LthError, match=rf"^results/quick/tiny/runs/{stage}{ending} is missing: .*dvc repro.*$"):
        load("tiny")


def test_training_again_changes_no_byte(trained):
    before = written()
    assert len(before) == 3 * 4, "rows, curves and provenance of four stages"
    time.sleep(0.2)  # another wall time
    train_round(load_settings(), trained, "r01")
    train_block(load_settings(), trained, "reinit")
    assert written() == before


def test_provenance_is_rewritten_only_when_the_bytes_change(root):
    result, sidecar = root / "results" / "r00.csv", root / "results" / "r00.json"
    result.parent.mkdir()
    result.write_text("a\n1\n")
    record(sidecar, [result], "the command", {"engine": "torch-1"}, seconds=3.14)
    first = sidecar.read_bytes()
    assert json.loads(first)["sha256"].keys() == {"results/r00.csv"}
    assert {"command", "commit", "engine", "hardware", "versions", "wall_seconds"} <= json.loads(first).keys()
    record(sidecar, [result], "another command", {"engine": "torch-2"}, seconds=100)
    assert sidecar.read_bytes() == first
    result.write_text("a\n2\n")
    record(sidecar, [result], "another command", {"engine": "torch-2"}, seconds=100)
    assert json.loads(sidecar.read_bytes())["engine"] == "torch-2"
    assert json.loads(sidecar.read_bytes())["wall_seconds"] == 100


@pytest.mark.parametrize(("device", "says"), [("cpu", {}), ("cuda", {"networks_per_chunk": 7})])
def test_provenance_names_the_chunk_that_a_gpus_rounding_depends_on(trained, device, says):
    sidecar = paths.RESULTS / "quick" / "tiny" / "provenance" / "r00.json"
    before = json.loads(sidecar.read_text())
    sidecar.unlink()
    with open_stage(load_settings(), trained, "r00", load_tickets(trained, 0)) as stage:
        chunked = replace(stage, executor=SimpleNamespace(equipment=Equipment("torch", device, "torch 2", 7, "a machine")))
        chunked.record([paths.ROOT / file for file in before["sha256"]], "the stage")
    after = json.loads(sidecar.read_text())
    assert {name: after[name] for name in after.keys() - before.keys()} == says
    assert before.keys() <= after.keys()
    assert after["hardware"] == "a machine"


def test_the_headline_is_of_the_round_that_validates_best(trained):
    rows = load_results("tiny")
    rows["es_validation_accuracy"] = rows["round"].map({0: 0.5, 1: 0.9, 2: 0.7})
    rows["es_test_accuracy"] = rows["round"].map({0: 0.4, 1: 0.6, 2: 0.8})
    found = headline(rows)
    assert {name: about["test accuracy"] for name, about in found.items()} == {"dense": 0.4, "best ticket": 0.6}
    assert headline(rows[rows["round"] == 0]).keys() == {"dense"}


def test_a_stage_that_lacks_networks_is_named(unrecorded):
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "reinit.csv"
    pd.read_csv(file).iloc[:-1].to_csv(file, index=False)
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/reinit.csv lacks 1 of its 4 networks \(reinit round 1 trial 1 draw 1"):
        load_results("tiny")


@pytest.mark.parametrize(("file", "load"), [("r01.csv", load_results), ("r01.curves.parquet", load_curves)])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\x00\xff", b"a,b\n1,2\n", b'"a,b\n1,2'])
def test_a_damaged_table_is_named(unrecorded, file, load, content):
    (paths.RESULTS / "quick" / "tiny" / "runs" / file).write_bytes(content)
    with pytest.raises(LthError, match=rf"^results/quick/tiny/runs/{file} is damaged [^\n]+$"):
        load("tiny")


@pytest.mark.parametrize("cut", [1, 5, 20, 60, 300])
def test_a_table_cut_short_is_named(unrecorded, cut):
    """Even inside a row, where what is left of it still reads as one."""
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "r01.csv"
    file.write_bytes(file.read_bytes().rstrip()[:-cut])
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r01.csv (is damaged|lacks 1 of its 2 networks) [^\n]+$"):
        load_results("tiny")


@pytest.mark.parametrize(("old", "new", "says"), [("es_iteration", "es_iter", "es_iter, es_iteration"), (",cpu,", ",,", "empty cells")])
def test_an_edited_table_is_named(unrecorded, old, new, says):
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "r01.csv"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(LthError, match=rf"^results/quick/tiny/runs/r01.csv is damaged \([^\n]*{says}\): .+$"):
        load_results("tiny")


def test_words_for_numbers_are_named(unrecorded):
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "r01.csv"
    pd.read_csv(file).assign(es_test_accuracy="abc").to_csv(file, index=False)
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r01.csv is damaged \(words for numbers: es_test_accuracy\): .+$"):
        load_results("tiny")


def test_tables_survive_the_disk(trained):
    curves = load_curves("tiny").query("round == 1 and arm == 'ticket'").reset_index(drop=True)
    rows = load_results("tiny").query("round == 1 and arm == 'ticket'").reset_index(drop=True)
    before = [(paths.RESULTS / "quick" / "tiny" / "runs" / f"r01{ending}").read_bytes() for ending in (".csv", ".curves.parquet")]
    files = save(trained, "r01", rows, curves)
    assert [file.read_bytes() for file in files] == before, "what is read back writes the same bytes: no digit is lost"


@pytest.mark.parametrize("column", ["engine", "device", "library"])
def test_networks_of_two_makers_are_not_compared(unrecorded, column):
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "reinit.csv"
    pd.read_csv(file).assign(**{column: "another"}).to_csv(file, index=False)
    with pytest.raises(LthError, match=rf"^results/quick/tiny/runs mix {column} .+another.+$"):
        load_results("tiny")


def test_git_is_named_only_where_it_holds_the_file(unrecorded, root, monkeypatch):
    """What was never committed cannot be restored, with git or without it."""
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "r02.csv"

    def said() -> str:
        with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r02.csv is ") as refused:
            load_results("tiny")
        return str(refused.value).removeprefix("results/quick/tiny/runs/r02.csv is ")

    makes, restores = "`dvc repro pipelines/quick/tiny/dvc.yaml`", "restore it with `git checkout -- results/quick/tiny/runs/r02.csv`"
    file.write_text("")
    assert said().endswith(f": make it with {makes}")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", str(file)], cwd=root, check=True)
    assert said().endswith(f": make it with {makes}, or {restores}")
    file.unlink()
    assert said() == f"missing: make it with {makes}, or {restores}"
    monkeypatch.setenv("PATH", "")
    assert said() == f"missing: r02 of quick/tiny has not been run; {makes} or `lth train quick/tiny` runs it"


def test_networks_that_params_do_not_promise_are_refused(unrecorded):
    file = paths.RESULTS / "quick" / "tiny" / "runs" / "r01.csv"
    rows = pd.read_csv(file)
    for others in (pd.concat([rows, rows]), pd.concat([rows, rows.assign(trial=7)])):
        others.to_csv(file, index=False)
        with pytest.raises(
            LthError, match=r"^results/quick/tiny/runs/r01.csv holds other networks or evaluations than params.yaml promises .+$"
        ):
            load_results("tiny")


@pytest.mark.parametrize(
    ("trials", "says"), [(3, r"lacks 1 of its 3 networks \(.+ trial 2 .+\)"), (1, r"holds other networks or evaluations than .+")]
)
def test_after_an_edit_of_params_rows_are_trained_anew_or_the_edit_undone(trained, root, trials, says):
    file = root / "pipelines" / "quick" / "tiny" / "params.yaml"
    file.write_text(file.read_text().replace("trials: 2", f"trials: {trials}"))
    makes = "`dvc repro pipelines/quick/tiny/dvc.yaml` or `lth train quick/tiny`"
    with pytest.raises(
        LthError, match=rf"^results/quick/tiny/runs/r00.csv {says}, since params.yaml has changed: train anew with {makes}$"
    ):
        load_results("tiny")


def test_a_round_of_an_experiment_that_was_run_in_part(trained):
    whole = load_results("tiny", arm="ticket", round=1)
    for stage in ("r02", "reinit"):
        (paths.RESULTS / "quick" / "tiny" / "runs" / f"{stage}.csv").unlink()
    pd.testing.assert_frame_equal(load_results("tiny", arm="ticket", round=1), whole)
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r02.csv is missing: "):
        load_results("tiny", arm="ticket")
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r02.csv is missing: "):
        load_results("tiny", unfinished=True)  # its provenance is there: it has been run


def test_what_has_been_run_of_an_experiment_that_is_still_trained(trained):
    whole = load_results("tiny")
    for stage in ("r02", "reinit"):
        (paths.RESULTS / "quick" / "tiny" / "runs" / f"{stage}.csv").unlink()
        (paths.RESULTS / "quick" / "tiny" / "provenance" / f"{stage}.json").unlink()
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r02.csv is missing: "):
        load_results("tiny")
    rows = load_results("tiny", unfinished=True)
    pd.testing.assert_frame_equal(rows, whole[(whole["arm"] == "ticket") & (whole["round"] < 2)].reset_index(drop=True))
    said = rounds_table("tiny", [])
    assert said.endswith("\nNot run: r02, reinit")
    assert rounds_table("tiny", ["ticket"]).endswith("\nNot run: r02")
    for file in (paths.RESULTS / "quick" / "tiny").glob("*/r0*"):
        file.unlink()
    with pytest.raises(LthError, match=r"^results/quick/tiny/runs/r00.csv is missing: "):
        load_results("tiny", unfinished=True)
