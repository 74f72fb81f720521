"""Whatever is wrong gets one line, the one that docs/faults.md shows; nothing is half written, no other result comes out unseen."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import faults
import tiny
from lth import load_curves, load_results, load_ticket, paths
from lth.claims.table import read_verdicts
from lth.config import load_experiment, load_settings
from lth.data import load_data
from lth.entry import run
from lth.errors import LthError
from lth.experiments.done import why_not_done
from lth.reports.citation import citation, software
from lth.reports.claims_map import with_tables
from lth.reports.drawing import index_of
from lth.results.provenance import record
from lth.results.tables import Tables
from lth.storage import read
from lth.training.engines.choose import numerics_id

EVERY = [(title, fault) for title, some in faults.FAULTS.items() for fault in some]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """The project that faults are made in."""
    root = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        faults.surround(root, patch.setattr, patch.setenv)
        faults.make_project(root)
    return root


@pytest.fixture
def project(finished, tmp_path, monkeypatch) -> Path:
    """A copy of it."""
    root = tmp_path / "repository"
    shutil.copytree(finished, root)
    faults.surround(root, monkeypatch.setattr, monkeypatch.setenv)
    return root


def kept(root: Path) -> dict[str, bytes]:
    files = [file for folder in ("results", "tickets") for file in (root / folder).rglob("*") if file.is_file()]
    return {str(file.relative_to(root)): file.read_bytes() for file in files}


@pytest.mark.parametrize(("title", "fault"), EVERY, ids=[f"{title}: {fault.what}" for title, fault in EVERY])
def test_a_fault_is_one_line(title, fault, project, capfd):
    fault.harm(project)
    harmed = kept(project)
    message = faults.answer(fault.command)
    assert message.startswith("error: ")
    assert "\n" not in message
    assert len(message) < 700
    assert "Traceback" not in capfd.readouterr().err
    assert kept(project) == harmed, "nothing is written"
    assert not [file for file in project.parent.rglob("*") if "evil" in file.name and file.suffix != ".py"]
    assert faults.row_of(fault, message.replace(str(project), faults.SHOWN)) in faults.PAGE.read_text(), "run `python tests/faults.py`"


def test_an_empty_folder_gets_nothing(tmp_path, monkeypatch):
    tiny.move_root(tmp_path, monkeypatch.setattr)
    assert re.search(r"is no clone of the repository|does not lie in a clone", faults.answer("claims"))
    assert not list(tmp_path.iterdir())


def test_numbers_are_read_as_dvc_reads_them(project):
    faults.edited(faults.PARAMS, "batch_size: 8", "batch_size: 060")(project)
    assert load_experiment("lenet").training.batch_size == 60


KINDS = {
    f"{faults.RUNS}/r01.csv": lambda: load_results("quick/lenet").to_csv(),
    f"{faults.RUNS}/r01.curves.parquet": lambda: load_curves("quick/lenet").to_csv(),
    "results/quick/lenet/maps.parquet": lambda: Tables({"lenet": "quick/lenet"}).extra("lenet", "maps").to_csv(),
    f"{faults.TICKETS}/r00.npz": lambda: [mask.tolist() for mask in load_ticket("quick/lenet", round=1, trial=1).mask.values()],
    f"{faults.TICKETS}/initial.npz": lambda: load_ticket("quick/lenet", round=0, trial=1).seed,
    "results/claims.csv": read_verdicts,
    "results/SHA256SUMS": read_verdicts,
    "figures/quick/index.csv": lambda: index_of("quick").to_csv(),
    "figures/quick/figure3.csv": lambda: citation("3"),
    "figures/quick/SHA256SUMS": lambda: citation("3"),
    "data/mnist.safetensors": lambda: [part.inputs.sum().item() for part in vars(load_data("mnist", "unit")).values()],
    "src/lth/numerics/data.yaml": lambda: [part.inputs.sum().item() for part in vars(load_data("mnist", "unit")).values()],
}
"""Files whose bytes are recorded somewhere, and what is read from them."""

BY_HAND = {
    faults.PARAMS: lambda: load_experiment("lenet"),
    "params.yaml": load_settings,
    faults.SIDECAR: lambda: citation("3"),
    "CITATION.cff": software,
    "src/lth/numerics/lenet.yaml": lambda: numerics_id("lenet", "sparse"),
    faults.LOCK: lambda: faults.unsaid(paths.ROOT) or why_not_done(load_settings(), load_experiment("lenet"), "r01"),
    "README.md": lambda: with_tables(read(paths.ROOT / "README.md", bytes.decode)),
}
"""Those that people write, or that record: of these another value is another answer, if it is one at all."""


def damaged(content: bytes, others: list[bytes], generator: np.random.Generator) -> bytes:
    """Truncated, a bit flipped, a stretch of zeros or noise, or another file altogether."""
    position = int(generator.integers(len(content)))
    match int(generator.integers(8)):
        case 0:
            return content[:position]
        case 1:
            return content[:position] + bytes(min(64, len(content) - position)) + content[position + 64 :]
        case 2:
            return content[:position] + generator.bytes(16) + content[position:]
        case 3:
            return others[int(generator.integers(len(others)))]
        case _:
            flipped = bytearray(content)
            flipped[position] ^= 1 << int(generator.integers(8))
            return bytes(flipped)


def what_comes(look: Callable[[], object]) -> tuple[str, object]:
    """The line that looking ends in, or what it sees."""
    try:
        return "", look()
    except LthError as error:
        return str(error), None


def assert_damage_shows(project: Path, name: str, times: int) -> None:
    file, look = project / name, (KINDS | BY_HAND)[name]
    content, before = file.read_bytes(), look()
    others = [(project / other).read_bytes() for other in (KINDS | BY_HAND) if other != name]
    generator = np.random.Generator(np.random.Philox(key=len(name)))
    refused = 0
    for attempt in range(times):
        file.write_bytes(damaged(content, others, generator))
        said, after = what_comes(look)
        assert said or name in BY_HAND or after == before, f"attempt {attempt} at {name} is believed"
        assert "\n" not in said
        assert len(said) < 1000
        refused += bool(said)
    assert refused > times / 10 or name == "README.md"


@pytest.mark.parametrize("name", [*KINDS, *BY_HAND])
def test_damage_ends_in_a_line_or_in_the_same_result(name, project):
    assert_damage_shows(project, name, 40)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*KINDS, *BY_HAND])
def test_much_damage_ends_in_a_line_or_in_the_same_result(name, project):
    assert_damage_shows(project, name, 2000)


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error", "some.file"), json.JSONDecodeError("bad", "x", 0), MemoryError(), EOFError()]
)
def test_what_nobody_foresaw_is_one_line_too(project, monkeypatch, capfd, error):
    def main():
        raise error

    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit, match=r"^error: [^\n]+; LTH_TRACEBACK=1 shows where$"):
        run(main)
    assert not capfd.readouterr().err
    monkeypatch.setenv("LTH_TRACEBACK", "1")
    with pytest.raises(SystemExit, match=r"^error: [^\n]+$"):
        run(main)
    assert "Traceback" in capfd.readouterr().err


def test_a_mistake_in_the_code_keeps_its_traceback(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0)


GITS = {
    "absent": None,
    "no program": "",
    "failing": "#!/bin/sh\nexit 1\n",
    "another": "#!/bin/sh\nprintf 'git\\377\\n'\n",
    "hanging": "#!/bin/sh\nexec /bin/sleep 60\n",
}


@pytest.mark.parametrize("git", GITS)
def test_without_git_the_commit_is_unknown(project, tmp_path, monkeypatch, git):
    if GITS[git] is not None:
        (tmp_path / "git").write_text(GITS[git])
        (tmp_path / "git").chmod(0o755 if GITS[git] else 0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(paths, "PATIENCE", 0.5)
    sidecar = project / "sidecar.json"
    record(sidecar, [project / "params.yaml"], "command", {}, 1.0)
    assert json.loads(sidecar.read_text())["commit"] == "unknown"


@pytest.mark.parametrize(("folder", "command"), [(".checkpoints", faults.FIRST), ("results", "claims")])
def test_a_folder_that_cannot_be_written_is_named(project, folder, command):
    """The kernel's own, into which not even root writes; on some machines because it is mounted read-only."""
    if (project / folder).exists():
        (project / folder).rename(project / "was")
    (project / folder).symlink_to("/sys")
    said = faults.answer(command)
    assert re.match(
        rf"error: could not write {folder}/[^\n:]+: (Permission denied|Read-only file system); free some space or make .+$", said
    )


def test_training_without_dvc_reads_no_dvc_yaml(project, capsys):
    faults.garbage(faults.STAGES)(project)
    assert faults.answer(faults.TRAIN) == ""
    done = [line.removesuffix(": done") for line in capsys.readouterr().out.splitlines() if line.endswith(": done")]
    assert done == ["data", "initialise", "r00", "reinit", "r01", "r02"]


@pytest.mark.slow  # 15 s
def test_damage_in_dvcs_cache_is_met_when_the_data_is_read_and_mended_as_the_line_says(project):
    prepared, kept = project / "data" / "mnist.safetensors", project / "prepared"
    content = prepared.read_bytes()
    kept.write_bytes(content)
    stage = {"foreach": ["mnist"], "do": {"cmd": "cp prepared data/${item}.safetensors", "outs": ["data/${item}.safetensors"]}}
    (project / "dvc.yaml").write_text(json.dumps({"stages": {"data": stage}}))
    faults.answer("dvc repro data@mnist")
    (cached,) = (project / ".dvc" / "cache" / "files" / "md5").glob("??/*")
    cached.chmod(0o644)
    cached.write_bytes(content[:-99] + bytes(99))
    prepared.unlink()
    faults.answer("dvc checkout data@mnist")
    assert faults.answer(faults.FIRST).endswith(": make it again with `dvc repro -f data@mnist`")
    assert faults.answer("dvc repro -f data@mnist") == ""
    assert prepared.read_bytes() == cached.read_bytes() == content


def test_a_damaged_sidecar_is_written_over_at_the_end_of_a_training(project):
    sidecar = project / faults.SIDECAR
    faults.garbage(faults.SIDECAR)(project)
    record(sidecar, [project / faults.RUNS / "r01.csv"], "command", {}, 1.0)
    assert json.loads(sidecar.read_text())["sha256"].keys() == {f"{faults.RUNS}/r01.csv"}


def test_ctrl_c_while_python_imports_is_one_line(tmp_path):
    """Where a library, here a stand-in for pydantic, takes its time, and answers an interrupt with an error of its own."""
    (tmp_path / "pydantic.py").write_text(
        "import time\nprint('importing', flush=True)\ntry: time.sleep(60)\nexcept KeyboardInterrupt: raise ImportError('broken')\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{tiny.REPOSITORY / 'src'}"}
    command = [sys.executable, "-m", "lth.stages.round", "quick/lenet", "r00"]
    stage = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=tiny.heed_ctrl_c
    )
    assert stage.stdout.readline() == "importing\n"
    stage.send_signal(signal.SIGINT)
    _, said = stage.communicate(timeout=10)
    assert (stage.returncode, said) == (130, "interrupted before anything began\n")


def test_ctrl_c_where_nothing_trains_promises_nothing(project, monkeypatch, capfd):
    def main():
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == 130
    assert capfd.readouterr().err == "interrupted\n"


def test_the_page_has_a_row_for_every_fault_and_no_other():
    rows = re.findall(r"^\| (?!what is wrong)(?!---).+\|$", faults.PAGE.read_text(), re.MULTILINE)
    assert len(rows) == len([row for row in rows if not row.startswith("|---")]) == len(EVERY)
