"""Which networks each stage of an experiment trains."""

from lth.config import Experiment
from lth.measures import IDENTITY, VARIANT


def arm_of_stages(experiment: Experiment) -> dict[str, str]:
    """The arm that each stage of an experiment trains, by the stage's name."""
    return dict.fromkeys(experiment.rounds, "ticket") | {name: block.control for name, block in experiment.blocks.items()}


def expected_networks(experiment: Experiment) -> dict[str, set[tuple]]:
    """The networks (arm, round, trial, draw) that each stage of an experiment trains, by the stage's name; in a sweep with a variant each."""
    arms = {name: ("ticket", [name], 1) for name in experiment.rounds}
    arms |= {name: (block.control, block.rounds, block.draws) for name, block in experiment.blocks.items()}
    variants = [(variant,) if experiment.training.vary else () for variant in experiment.training.variants]
    return {
        name: {
            (arm, int(round[1:]), trial, draw, *variant)
            for round in rounds
            for trial in experiment.trials.numbers
            for draw in range(draws)
            for variant in variants
        }
        for name, (arm, rounds, draws) in arms.items()
    }


def identity(experiment: Experiment) -> list[str]:
    """The columns that tell one network of an experiment from another."""
    return [*IDENTITY, VARIANT] if experiment.training.vary else IDENTITY
