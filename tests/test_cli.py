"""The command line: what it prints, what it refuses in one line, and a ticket that plain PyTorch reads."""

import io
import os
import re
import subprocess
import sys

import pandas as pd
import pytest
import torch
from safetensors import safe_open

import lth as lth_names
from lth import load_curves, load_results, load_ticket, paths
from lth.claims.table import load_verdicts
from lth.cli import main
from lth.errors import LthError
from lth.tickets.export import OPTIMISERS, export, how_to_read
from lth.training.optimisers import MOMENTUM


def lth(monkeypatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["lth", *words])
    main()


def refusal(monkeypatch, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        lth(monkeypatch, *words)
    assert str(ended.value).startswith("error: ")
    assert "\n" not in str(ended.value)
    return str(ended.value)


def test_help_names_every_command_and_loads_no_library():
    code = "import sys, lth.cli; lth.cli.parser().print_help(); assert not {'torch', 'pandas', 'matplotlib'} & set(sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"\n    {name} " in shown for name in ("show", "figures", "claims", "cite", "export", "plan", "train"))


def test_show_is_a_table_of_rounds(monkeypatch, capsys):
    lth(monkeypatch, "show", "quick/lenet")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["arm", "round", "n", "P_m"]
    assert ["ticket", "7", "3", "21.1"] in [line.split()[:4] for line in lines]
    rows = load_results("quick/lenet", "ticket", round=7)["es_iteration"]
    spread = f" {rows.mean():,.0f} ({rows.min():,.0f}–{rows.max():,.0f}) "
    assert spread in next(line for line in lines if line.split()[:2] == ["ticket", "7"])


def test_show_tells_the_last_rounds_apart(monkeypatch, capsys):
    lth(monkeypatch, "show", "lenet", "--arm", "ticket")
    percents = [line.split()[3] for line in capsys.readouterr().out.splitlines() if line.startswith("ticket")]
    assert len(set(percents)) == len(percents) == 28


def test_show_as_csv_has_every_mean_and_spread_of_one_arm(monkeypatch, capsys):
    lth(monkeypatch, "show", "quick/lenet", "--arm", "reinit", "--csv")
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert set(table["arm"]) == {"reinit"}
    assert {"percent_remaining", "n", "es_train_accuracy_mean", "final_test_accuracy_min", "final_test_accuracy_max"} <= set(table)


def test_show_names_what_has_results_and_what_has_not(monkeypatch, capsys):
    lth(monkeypatch, "show")
    said = capsys.readouterr().out
    listed = lth_names.list_experiments()
    with_results = listed["arms run"].map(bool)
    for row in listed[with_results].to_dict("records"):
        assert f"\n  {row['experiment']} " in said
    assert all(re.search(rf"[ :]{re.escape(name.split('/')[1])}[,\n]", said) for name in listed.loc[~with_results, "experiment"])
    lth(monkeypatch, "show", "--csv")
    table = pd.read_csv(io.StringIO(capsys.readouterr().out), keep_default_na=False)
    assert table["experiment"].tolist() == listed["experiment"].tolist()
    assert table["arms run"].str.split().map(tuple).tolist() == listed["arms run"].tolist()


def test_without_a_command_there_is_help(monkeypatch, capsys):
    lth(monkeypatch)
    assert "\n    show " in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        lth(monkeypatch, "--version")
    assert (ended.value.code, capsys.readouterr().out) == (0, f"lth {lth_names.__version__}\n")


def test_of_train_an_experiment_alone_is_required(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        lth(monkeypatch, "train")
    assert capsys.readouterr().err.endswith("the following arguments are required: EXPERIMENT\n")


def test_claims_are_listed_in_full_by_name_and_as_csv(monkeypatch, capsys):
    lth(monkeypatch, "claims")
    said = capsys.readouterr().out
    assert "\nlenet-reinit-251: " in said
    assert re.search(
        r"\n    paper 2.51 times .+; 95% intervals in times sooner\n    images .+ times \(n = \d+\); \d\.\d+ to \d\.\d+\n", said
    )
    assert "\nvgg-01: " not in said
    assert re.search(r"\nnot run: [\s\S]*\bvgg-01\b", said)
    assert re.search(r"\n    paper P_m 3.6 .+; 95% intervals of the lead at P_m 6.95, in iterations\n", said)
    lth(monkeypatch, "claims", "vgg-01")
    alone = capsys.readouterr().out
    assert alone.startswith("vgg-01: ")
    assert "95%" not in alone, "of what has not been run there is none"
    lth(monkeypatch, "claims", "lenet-unit", "--csv")
    rows = pd.read_csv(io.StringIO(capsys.readouterr().out), keep_default_na=False)
    assert len(rows)
    assert all("lenet-unit" in experiments for experiments in rows["experiment"])


def test_reprs_are_one_line():
    ticket = load_ticket("quick/lenet", 7, 0)
    weights = f"{ticket.weights_remaining:,}"
    assert repr(ticket) == f"Ticket('quick/lenet', round=7, trial=0: P_m {ticket.percent_remaining:.3g}, {weights} weights)"
    for thing in (ticket, ticket.start(), ticket.network, ticket.experiment):
        assert len(repr(thing)) < 120


def test_results_of_one_arm_round_and_trial():
    rows = load_results("quick/lenet", arm="reinit", round=3)
    assert (set(rows["arm"]), set(rows["round"])) == ({"reinit"}, {3})
    everything = load_results("quick/lenet")
    chosen = everything[(everything["arm"] == "reinit") & (everything["round"] == 3)]
    pd.testing.assert_frame_equal(rows.reset_index(drop=True), chosen.reset_index(drop=True))
    (network,) = load_results("quick/lenet", "ticket", 3, 1).to_dict("records")
    curve = load_curves("quick/lenet", "ticket", 3, 1)
    assert curve["iteration"].is_unique
    assert curve.loc[curve["validation_loss"].idxmin(), "iteration"] == network["es_iteration"]
    with pytest.raises(LthError, match=r"^quick/lenet has trials 0 to 2, not 3$"):
        load_curves("quick/lenet", trial=3)
    with pytest.raises(LthError, match=r"^quick/lenet has no arm 'tiket'; it has ticket, "):
        load_results("quick/lenet", arm="tiket")
    with pytest.raises(LthError, match=r"^quick/lenet has rounds 0 to 7, not 8$"):
        load_results("quick/lenet", round=8)


def test_names_that_are_no_words():
    with pytest.raises(LthError, match=r"^an experiment is named by a word, such as 'quick/lenet', not None$"):
        lth_names.load_ticket(None, 0, 0)
    with pytest.raises(LthError, match=r"^claims are judged on paper and beyond, not on 'quick'$"):
        lth_names.load_claims("quick")


def test_data_by_a_name_that_is_none():
    with pytest.raises(LthError, match=r"^load_data: name is 'mnits', must be mnist or "):
        lth_names.load_data("mnits", "l2")
    with pytest.raises(LthError, match=r"^load_data: scaling is 'l1', must be unit or l2 or standardised$"):
        lth_names.load_data("mnist", "l1")
    with pytest.raises(LthError, match=r"^load_data: mnist is a data set, whose scaling must be given, .+; or name an experiment, "):
        lth_names.load_data("mnist")
    with pytest.raises(LthError, match=r"^unknown experiment 'quick/lent'; did you mean quick/lenet"):
        lth_names.load_data("quick/lent")


def test_errors_and_verdicts_by_the_packages_names():
    assert lth_names.LthError is LthError
    claims = lth_names.load_claims()
    assert all(re.search(rf"\b{column}\b", load_verdicts.__doc__) for column in claims)
    judged = claims[claims["verdict"] != "not run"]
    assert judged["effect"].between(judged["low"], judged["high"]).all()
    assert claims.loc[claims["n"] == 0, ["effect", "low", "high"]].isna().all(axis=None)


def test_an_export_says_how_to_train_and_that_a_folder_is_new(monkeypatch, capsys, tmp_path):
    file = tmp_path / "new" / "ticket.safetensors"
    lth(monkeypatch, "export", "quick/lenet", "--round", "7", "--trial", "0", str(file))
    assert f"{file} (in {file.parent}, which was not there): " in capsys.readouterr().out
    with safe_open(file, "pt") as opened:
        about = opened.metadata()
    training = load_ticket("quick/lenet", 7, 0).experiment.training
    assert float(about["learning rate"]) == training.optimiser.learning_rate
    assert about["batch"] == f"{training.batch_size} images"
    assert about["optimiser"].startswith("Adam")
    assert "divided by 255" in about["scaling of images"]
    assert str(MOMENTUM) in OPTIMISERS["momentum"]


def test_claims_are_listed_without_a_large_library():
    """pandas would take longer to import than all else."""
    code = "import sys; sys.argv = ['lth', 'claims']; import lth.cli; lth.cli.main(); assert not {'torch', 'pandas', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_folder_that_is_no_clone_is_named(root, monkeypatch):
    monkeypatch.delenv("LTH_ROOT", raising=False)
    monkeypatch.chdir(root)
    outside = f"{root} does not lie in a clone of the repository: go to one, or set LTH_ROOT to it before lth is imported"
    assert refusal(monkeypatch, "cite", "4") == f"error: {outside}"
    for call in (lambda: lth_names.load_ticket("lenet", 0, 0), lambda: lth_names.load_results("lenet"), lth_names.load_claims):
        with pytest.raises(LthError, match=f"^{re.escape(outside)}$"):
            call()
    monkeypatch.setenv("LTH_ROOT", str(root))
    assert refusal(monkeypatch, "cite", "4").startswith(f"error: LTH_ROOT is {root}, which is no clone of the repository")


def test_a_stage_of_dvc_belongs_to_the_clone_in_which_it_runs(tmp_path):
    """`dvc exp run --temp` works in a copy, where an LTH_ROOT that is exported names the original."""
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "params.yaml").touch()

    def root(**environment: str) -> str:
        command = [sys.executable, "-c", "from lth import paths; print(paths.ROOT)"]
        whole = {**os.environ, "LTH_ROOT": "/elsewhere", **environment}
        return subprocess.run(command, env=whole, cwd=tmp_path / "pipelines", capture_output=True, text=True, check=True).stdout.strip()

    assert root() == "/elsewhere"
    assert root(DVC_STAGE="figures") == str(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("show nothing", "unknown experiment 'nothing'"),
        ("show ../results", "unknown experiment '../results'; there are "),
        ("show lenett", "did you mean paper/lenet or "),
        ("show quick/lenet --arm tiket", "quick/lenet has no arm 'tiket'"),
        (
            "claims lenet-es-83",
            "no claim is called 'lenet-es-83', and none is judged on an experiment of that name; did you mean lenet-es-38",
        ),
        ("plan nothing", "unknown experiment 'nothing'"),
        ("plan nothing --all", "--all and nothing: name experiments, or all of them, not both"),
        ("train nothing", "unknown experiment 'nothing'"),
        ("train quick/lenet r08", "quick/lenet has no stage 'r08'; did you mean r0"),
        ("train conv2 --until reniit", "paper/conv2 has no stage 'reniit'; did you mean reinit?"),
        ("train lenet r03 --until r05", "r03 and --until r05: name stages, or the last of those from the first on, not both"),
        ("figures 99", "there is no figure '99'; there are: effects, figure1, "),
        ("cite fig99", "there is no figure 'fig99'"),
        ("export quick/lenet --round 99 --trial 0 x", "rounds 0 to 7, not 99"),
        ("export quick/lenet --round 0 --trial 9 x", "trials 0 to 2, not 9"),
        ("export quick/lenet --round 0 --trial 0 README.md", "README.md is there already"),
        ("export quick/lenet --round 0 --trial 0 README.md/ticket", "could not write README.md/ticket: "),
    ],
)
def test_what_cannot_be_is_one_line(monkeypatch, words, says):
    monkeypatch.chdir(paths.ROOT)
    assert says in refusal(monkeypatch, *words.split())


@pytest.mark.parametrize(("experiment", "round"), [("quick/lenet", 7), ("quick/conv2", 2)])
def test_an_exported_ticket_is_read_by_plain_pytorch(experiment, round, tmp_path):
    ticket = load_ticket(experiment, round=round, trial=1)
    file = tmp_path / "ticket.safetensors"
    export(ticket, file)
    code = how_to_read(file) + "torch.save([about, tensors, masks], 'read.pt'); import sys; assert 'lth' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    assert file.stat().st_mode == (tmp_path / "read.pt").stat().st_mode, "as readable as any other file"
    about, tensors, masks = torch.load(tmp_path / "read.pt")
    start = ticket.start()
    assert all(torch.equal(tensors[name], value) for name, value in start.parameters.items())
    assert tensors.keys() == start.parameters.keys()
    assert all(torch.equal(masks[name], mask) for name, mask in ticket.mask.items())
    assert masks.keys() == ticket.mask.keys()
    assert (about["experiment"], about["round"], about["weights_remaining"]) == (experiment, str(round), str(ticket.weights_remaining))
    ticket.network.module().load_state_dict(tensors)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    damaged = subprocess.run([sys.executable, "-c", code], check=False, cwd=tmp_path, capture_output=True, text=True)
    assert damaged.stderr.endswith("AssertionError: the file is damaged\n")


def test_a_stage_that_lacks_a_word_is_one_line():
    done = subprocess.run([sys.executable, "-m", "lth.stages.round", "quick/lenet"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: expected EXPERIMENT ROUND after round\n")
