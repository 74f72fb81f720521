"""`make accept EXPERIMENT=lenet`: train a sample of committed networks again; where they agree, take their results over under a new numerics id."""

import json
import subprocess

from lth import paths
from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.errors import LthError
from lth.experiments.accept import check, take_over
from lth.results.files import load_results
from lth.training.engines.choose import numerics_id


def main(name: str = "") -> None:
    experiment, settings = load_experiment(name), load_settings()
    engine = load_results(name)["engine"].iloc[0]
    name = experiment.folder
    stages = f"pipelines/{name}/dvc.yaml"
    numerics = paths.shown(paths.NUMERICS / f"{experiment.network.name}.yaml")
    if others := changed(stages) - {numerics}:
        raise LthError(f"{', '.join(sorted(others))} differ from what made the results of {name}: only a new numerics id can be accepted")
    print(check(settings, experiment))
    present = numerics_id(experiment.network.name, engine.split("-")[0])
    if take_over(experiment, present):
        try:
            _dvc("commit", "--quiet", "--force", stages)
            _dvc("repro", "--quiet", "--single-item", "--force", f"{stages}:table")
        except LthError as error:
            raise LthError(f"{error}; `git checkout -- results/{name} pipelines/{name}` undoes this, then run it again") from error
        print(f"accepted: the results of {name}, made under {engine}, stand under {present}")


def changed(stages: str) -> set[str]:
    """The dependencies, params and outputs that DVC finds changed in the training stages of an experiment."""
    found = json.loads(_dvc("status", "--json", stages))
    parts = [part for stage, parts in found.items() if not stage.endswith(":table") for part in parts if isinstance(part, dict)]
    return {item for part in parts for items in part.values() for item in items}


def _dvc(*words: str) -> str:
    """What DVC prints. Raises LthError with its last line of errors."""
    done = subprocess.run(["dvc", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LthError(f"dvc {words[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
    return done.stdout


if __name__ == "__main__":
    run(main)
