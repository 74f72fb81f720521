"""The DVC graph says what is true: drawing and table stages list the very sources they import, and every stage reads what it names."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lth import paths
from lth.claims.judge import CLAIMS, UNIT
from lth.config import experiment_names, load_experiment
from lth.figures import FIGURES
from lth.reports.drawing import STAGES, folders

ROOT_STAGES = yaml.safe_load((paths.ROOT / "dvc.yaml").read_text())["stages"]
EXPERIMENT_STAGES = yaml.safe_load((paths.PIPELINES / "quick/lenet" / "dvc.yaml").read_text())["stages"]


DRAWING = "lth.stages.figures, lth.networks"
"""What drawing imports: figure 2 counts a network's weights, and imports networks only then."""


def import_closure(modules: str) -> set[str]:
    """The package's files that a fresh interpreter loads to import modules, named with commas between."""
    code = f"import {modules}, sys; print(*[m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'lth'], sep='\\n')"
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=paths.ROOT).stdout.split()
    return {str(Path(line).relative_to(paths.ROOT)) for line in lines}


def listed_sources(deps: list[str]) -> set[str]:
    """The Python files that a stage's dependencies name, folders expanded."""
    sources = [paths.ROOT / dep for dep in deps if dep.startswith("src/")]
    files = [file for source in sources for file in (source.rglob("*.py") if source.is_dir() else [source])]
    return {str(file.relative_to(paths.ROOT)) for file in files}


@pytest.mark.parametrize(
    ("stage", "modules"),
    [
        *((stage, DRAWING) for stage in STAGES),
        ("claims", "lth.stages.claims"),
        ("gallery", "lth.stages.gallery"),
    ],
)
def test_reading_stages_depend_on_the_sources_they_import(stage, modules):
    assert listed_sources(ROOT_STAGES[stage]["deps"]) == import_closure(modules)


def test_the_table_stage_depends_on_the_sources_it_imports():
    assert listed_sources(EXPERIMENT_STAGES["table"]["deps"]) == import_closure("lth.stages.table")


def test_the_structure_stage_depends_on_the_sources_it_imports():
    assert listed_sources(ROOT_STAGES["structure"]["do"]["deps"]) == import_closure("lth.stages.structure")


@pytest.mark.parametrize("stage", ["quick", "quick-cifar", "figures", "claims"])
def test_reading_stages_depend_on_the_rounds_and_blocks_of_what_they_read(stage):
    experiments = ROOT_STAGES[stage]["cmd"].split()[4:]
    if stage == "claims":
        experiments = ({name for claim in CLAIMS for name in claim.needs} & set(experiment_names())) | set(UNIT.values())
    assert {f"results/{name}" for name in experiments} == {dep for dep in ROOT_STAGES[stage]["deps"] if dep.startswith("results/")}
    params = {file: set(keys) for entry in ROOT_STAGES[stage]["params"] for file, keys in entry.items()}
    assert params == {f"pipelines/{name}/params.yaml": {"scale", "trials", "rounds", "blocks"} for name in experiments}


def test_training_stages_depend_on_no_source_file():
    for stage in ("round", "control"):
        sources = [dep for dep in EXPERIMENT_STAGES[stage]["do"]["deps"] if dep.startswith("src/")]
        assert sources == ["src/lth/numerics/${network.name}.yaml"]


def test_movement_trains_and_so_depends_on_numerics_and_on_what_it_measures_alone():
    sources = [dep for dep in ROOT_STAGES["movement"]["do"]["deps"] if dep.startswith("src/")]
    assert sources == ["src/lth/histograms.py", "src/lth/movement.py", "src/lth/numerics/lenet.yaml"]
    for name, item in ROOT_STAGES["movement"]["foreach"].items():
        assert load_experiment(name).rounds[item["round"]] == item["after"]


@pytest.mark.parametrize("name", experiment_names())
def test_every_experiment_has_the_same_stages_and_a_numerics_id(name):
    assert (paths.PIPELINES / name / "dvc.yaml").read_bytes() == (paths.PIPELINES / "lenet" / "dvc.yaml").read_bytes()
    assert (paths.NUMERICS / f"{load_experiment(name).network.name}.yaml").is_file()


def test_every_figure_is_drawn_from_experiments_that_a_stage_names():
    named = {name.removeprefix("quick-") for experiments in folders().values() for name in experiments}
    for name, figure in FIGURES.items():
        assert set(figure.experiments) & set(experiment_names()) <= named, f"{name}: name them in the stage `figures` of dvc.yaml"


def test_what_is_committed_is_what_the_sources_make():
    """Stages that need no data; where this fails, `make figures` and `dvc repro -s -f notebook@mnist notebook@cifar10` mend it."""
    stages = ["figures", "quick", "quick-cifar", "claims", "gallery", "notebook@mnist", "notebook@cifar10"]
    stages += ["structure@quick-lenet", "structure@lenet", "structure@lenet-sgd"]
    status = subprocess.run(["dvc", "status", "--json", *stages], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert json.loads(status.stdout) == {}


def test_the_readme_names_stages_that_exist():
    named = re.findall(r"dvc repro [^#\n]*?pipelines/([\w-]+)/dvc.yaml:(\w+)(?:@([\w-]+))?", (paths.ROOT / "README.md").read_text())
    assert len(named) >= 3
    for experiment, stage, key in named:
        plan = load_experiment(experiment)
        assert stage in EXPERIMENT_STAGES
        assert not key or key in {"round": plan.rounds, "control": plan.blocks}[stage]
