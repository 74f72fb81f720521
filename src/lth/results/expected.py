"""Which networks each stage of an experiment trains."""

from lth.config import RETRAINED, Experiment
from lth.measures import IDENTITY, VARIANT


def arms_of_stages(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """The arms that each stage of an experiment trains, by the stage's name."""
    retrained = {"r00": ("ticket", "retrained")} if experiment.pruning.method in RETRAINED else {}
    return dict.fromkeys(experiment.rounds, ("ticket",)) | {name: (block.control,) for name, block in experiment.blocks.items()} | retrained


def expected_networks(experiment: Experiment) -> dict[str, set[tuple]]:
    """The networks (arm, round, trial, draw) that each stage of an experiment trains, by the stage's name; in a sweep with a variant each."""
    arms = {name: ("ticket", [name], 1) for name in experiment.rounds}
    arms |= {name: (block.control, block.rounds, block.draws) for name, block in experiment.blocks.items()}
    retrained = range(1, experiment.pruning.levels + 1) if experiment.pruning.method in RETRAINED else ()
    variants = [(variant,) if experiment.training.vary else () for variant in experiment.training.variants]
    networks = {
        name: {
            (arm, int(round[1:]), trial, draw, *variant)
            for round in rounds
            for trial in experiment.trials.numbers
            for draw in range(draws)
            for variant in variants
        }
        for name, (arm, rounds, draws) in arms.items()
    }
    networks["r00"] |= {("retrained", level, trial, 0, *variant) for level in retrained for _, _, trial, _, *variant in networks["r00"]}
    return networks


def identity(experiment: Experiment) -> list[str]:
    """The columns that tell one network of an experiment from another."""
    return [*IDENTITY, VARIANT] if experiment.training.vary else IDENTITY
