"""The command line: what it prints, what it refuses in one line, and a ticket that plain PyTorch reads."""

import subprocess
import sys

import pytest
import torch

from lth import load_ticket, paths
from lth.cli import main
from lth.tickets.export import export, how_to_read


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


def test_claims_are_listed(monkeypatch, capsys):
    lth(monkeypatch, "claims")
    assert "lenet-reinit-251" in capsys.readouterr().out


def test_claims_are_listed_without_a_large_library():
    """pandas would take longer to import than all else."""
    code = "import sys; sys.argv = ['lth', 'claims']; import lth.cli; lth.cli.main(); assert not {'torch', 'pandas', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_folder_that_is_no_clone_is_named(root, monkeypatch):
    monkeypatch.delenv("LTH_ROOT", raising=False)
    assert refusal(monkeypatch, "cite", "4") == (
        f"error: {root} is no clone of the repository, it lacks pipelines/, params.yaml or src/lth/numerics/: "
        "run this in a clone, or point LTH_ROOT at one"
    )
    monkeypatch.setenv("LTH_ROOT", str(root))
    assert refusal(monkeypatch, "cite", "4").endswith(": point LTH_ROOT at a clone, or unset it")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("show nothing", "unknown experiment 'nothing'"),
        ("plan nothing", "unknown experiment 'nothing'"),
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
