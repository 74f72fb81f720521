"""The DVC graph says what is true: reading stages depend on the sources they import, and nothing is named by hand that folders say."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lth import paths
from lth.config import COLLECTIONS, experiment_names, load_experiment
from lth.figures import FIGURES
from lth.results.files import has_results

ROOT_STAGES = yaml.safe_load((paths.ROOT / "dvc.yaml").read_text())["stages"]
EXPERIMENT_STAGES = yaml.safe_load((paths.PIPELINES / "paper" / "lenet" / "dvc.yaml").read_text())["stages"]
DRAWN = ROOT_STAGES["figures"]["foreach"]
"""The collections that have figures."""

READING = {
    "structure": (ROOT_STAGES["structure"]["do"], "lth.stages.structure"),
    "figures": (
        ROOT_STAGES["figures"]["do"],
        "lth.stages.figures, lth.networks",
    ),  # figure 2 counts weights, and imports networks only then
    "claims": (ROOT_STAGES["claims"], "lth.stages.claims"),
    "gallery": (ROOT_STAGES["gallery"], "lth.stages.gallery"),
    "table": (EXPERIMENT_STAGES["table"], "lth.stages.table"),
}
"""Stages that read results, and what they import."""


def import_closure(modules: str) -> set[str]:
    """The package's files that a fresh interpreter loads to import modules, named with commas between."""
    code = f"import {modules}, sys; print(*[m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'lth'], sep='\\n')"
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=paths.ROOT).stdout.split()
    return {str(Path(line).relative_to(paths.ROOT)) for line in lines}


def listed_sources(deps: list[str]) -> dict[str, set[str]]:
    """The Python files that each source among a stage's dependencies is, folders expanded."""
    sources = {dep: paths.ROOT / dep for dep in deps if dep.startswith("src/")}
    files = {dep: source.rglob("*.py") if source.is_dir() else [source] for dep, source in sources.items()}
    return {dep: {str(file.relative_to(paths.ROOT)) for file in found} for dep, found in files.items()}


@pytest.mark.parametrize("name", READING)
def test_reading_stages_depend_on_the_sources_they_import(name):
    stage, modules = READING[name]
    listed, imported = listed_sources(stage["deps"]), import_closure(modules)
    docstrings = {file for file in imported if file.endswith("__init__.py") and len(ast.parse((paths.ROOT / file).read_text()).body) == 1}
    assert imported - docstrings <= set().union(*listed.values())
    assert all(files & imported for files in listed.values()), "nothing is listed that is not imported"


def test_the_table_of_an_experiment_depends_on_what_it_imports_and_nothing_more():
    """There are dozens of them: an edit elsewhere must make none of them stale."""
    stage, modules = READING["table"]
    assert set().union(*listed_sources(stage["deps"]).values()) == import_closure(modules)


def test_training_stages_depend_on_no_source_file():
    for stage in ("round", "control"):
        sources = [dep for dep in EXPERIMENT_STAGES[stage]["do"]["deps"] if dep.startswith("src/")]
        assert sources == ["src/lth/numerics/${network.name}.yaml"]


def test_movement_trains_and_so_depends_on_numerics_and_on_what_it_measures_alone():
    sources = [dep for dep in ROOT_STAGES["movement"]["do"]["deps"] if dep.startswith("src/")]
    assert sources == ["src/lth/anatomy/histograms.py", "src/lth/anatomy/movement.py", "src/lth/numerics/lenet.yaml"]
    for item in ROOT_STAGES["movement"]["foreach"].values():
        assert load_experiment(item["of"]).rounds[item["round"]] == item["after"]


def test_copies_are_those_of_their_experiments():
    stages, experiments = ROOT_STAGES["copies"]["foreach"], [name for name in experiment_names() if load_experiment(name).copies]
    found = {key: (item["of"], item["arm"], item["lent"]) for key, item in stages.items()}
    assert found == {
        f"{plan.name}-{arm}": (plan.folder, arm, plan.copies.of) for plan in map(load_experiment, experiments) for arm in plan.copied
    }
    assert list(ROOT_STAGES["connectivity"]["foreach"].values()) == experiments
    assert list(ROOT_STAGES["landscape"]["foreach"].values()) == [name for name in experiments if load_experiment(name).copies.around]
    measured = {
        "copies": [],
        "connectivity": ["anatomy/connectivity.py", "experiments/connectivity.py"],
        "landscape": ["anatomy/connectivity.py", "anatomy/curvature.py", "anatomy/landscape.py", "experiments/landscape.py"],
    }
    for stage, reads in measured.items():
        sources = [dep for dep in ROOT_STAGES[stage]["do"]["deps"] if dep.startswith("src/")]
        assert sources == [f"src/lth/{name}" for name in (*reads, "numerics/lenet.yaml")], "where numbers are measured, its code counts"


@pytest.mark.parametrize("name", experiment_names())
def test_every_experiment_has_the_same_stages_and_a_numerics_id(name):
    assert (paths.PIPELINES / name / "dvc.yaml").read_bytes() == (paths.PIPELINES / "paper" / "lenet" / "dvc.yaml").read_bytes()
    assert (paths.NUMERICS / f"{load_experiment(name).network.name}.yaml").is_file()


def test_every_collection_is_drawn_and_shown():
    assert [collection for collection in COLLECTIONS if experiment_names(collection)] == DRAWN
    assert {dep for dep in ROOT_STAGES["gallery"]["deps"] if dep.startswith("figures/")} == {
        f"figures/{collection}" for collection in DRAWN
    }


def test_claims_read_the_paper_what_points_its_way_and_what_came_after():
    read = [collection for collection in ("paper", "desk", "beyond") if experiment_names(collection)]
    folders = {dep for dep in ROOT_STAGES["claims"]["deps"] if not dep.startswith("src/")}
    assert folders == {f"{kind}/{collection}" for kind in ("pipelines", "results") for collection in read}


def test_stages_of_measurements_are_named_by_the_folder_they_measure():
    assert all(key == folder.replace("/", "-") for key, folder in ROOT_STAGES["structure"]["foreach"].items())
    assert all(key == item["of"].replace("/", "-") for key, item in ROOT_STAGES["movement"]["foreach"].items())
    for stage in ("connectivity", "landscape"):
        assert all(key == folder.replace("/", "-") for key, folder in ROOT_STAGES[stage]["foreach"].items())


def test_every_figure_is_drawn_from_experiments_that_there_are():
    there = {name.split("/")[1] for name in experiment_names()}
    for name, figure in FIGURES.items():
        assert set(figure.experiments) & there, f"{name}: none of {', '.join(figure.experiments)} is a folder under pipelines/"


def test_what_is_committed_is_what_the_sources_make():
    """Stages that need no data; where this fails, `make figures` and `dvc repro -s -f notebook@mnist notebook@cifar10` mend it."""
    stages = [f"figures@{collection}" for collection in DRAWN] + [
        "claims",
        "gallery",
        "notebook@mnist",
        "notebook@cifar10",
        "notebook@geometry",
    ]
    stages += [f"structure@{key}" for key in ROOT_STAGES["structure"]["foreach"]]
    stages += [f"pipelines/{name}/dvc.yaml:table" for name in experiment_names() if has_results(name)]
    status = subprocess.run(["dvc", "status", "--json", *stages], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert json.loads(status.stdout) == {}


@pytest.mark.parametrize(("page", "least"), [("README.md", 3), ("docs/dvc.md", 3), ("docs/reviewing.md", 2)])
def test_pages_name_stages_that_exist(page, least):
    named = re.findall(r"dvc repro [^#\n]*?pipelines/([\w/-]+)/dvc.yaml:(\w+)(?:@([\w-]+))?", (paths.ROOT / page).read_text())
    assert len(named) >= least
    for experiment, stage, key in named:
        plan = load_experiment(experiment)
        assert stage in EXPERIMENT_STAGES
        assert not key or key in {"round": plan.rounds, "control": plan.blocks}[stage]
