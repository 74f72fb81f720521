"""Which networks each stage of an experiment trains."""

from lth.config import Experiment


def expected_networks(experiment: Experiment) -> dict[str, set[tuple]]:
    """The networks (arm, round, trial, draw) that each stage of an experiment trains, by the stage's name."""
    trials = experiment.trials.numbers
    expected = {name: {("ticket", int(name[1:]), trial, 0) for trial in trials} for name in experiment.rounds}
    for name, block in experiment.blocks.items():
        rounds = [int(round[1:]) for round in block.rounds]
        expected[name] = {(block.control, round, trial, draw) for round in rounds for trial in trials for draw in range(block.draws)}
    return expected
