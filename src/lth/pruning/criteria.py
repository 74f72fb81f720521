"""What is ranked when a trained network is pruned: the weights of least score go first (paper, section 1, step 3: those of least magnitude)."""

from collections.abc import Callable

from lth import paths
from lth.config import Experiment
from lth.errors import LthError
from lth.networks import Parameters

Initial = Callable[[], Parameters]
Criterion = Callable[[Parameters, Initial], Parameters]
"""(trained, initial) -> scores: float [R, *shape] by the names of the weights. `initial()` gives the values that the dense
networks, of which the trained ones are tickets, began with."""


def magnitude(trained: Parameters, initial: Initial) -> Parameters:
    """The paper's."""
    return {name: weights.abs() for name, weights in trained.items()}


CRITERIA: dict[str, Criterion] = {"magnitude": magnitude}
"""By their names in `pruning.criterion`; docs/extending.md adds one."""


def check_criterion(experiment: Experiment) -> None:
    """Before anything is trained. Raises LthError for one that nobody registered."""
    if (word := experiment.pruning.criterion) not in CRITERIA:
        file = paths.shown(paths.PIPELINES / experiment.folder / "params.yaml")
        raise LthError(f"{file}: pruning.criterion: {word!r} is unknown, allowed: {', '.join(CRITERIA)}")
