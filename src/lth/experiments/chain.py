"""An experiment's stages one after another in one process, for a machine that has no DVC: `lth train`."""

import difflib
import gc
import time
from collections.abc import Callable, Sequence

import torch

from lth.config import INITIAL, Experiment, Settings
from lth.data import prepare
from lth.errors import LthError
from lth.experiments.blocks import train_block
from lth.experiments.borrowing import lent_by
from lth.experiments.budget import readable
from lth.experiments.done import ABSENT, data_file, why_not_done
from lth.experiments.rounds import train_round
from lth.results.expected import expected_networks
from lth.tickets import save_initial
from lth.tickets.controls import check_controls


def order(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """All stages of an experiment in the order that they are trained in, and those that each waits for.

    A block comes as soon as the round stands that makes its last ticket.
    """
    stages: dict[str, tuple[str, ...]] = {"data": (), "initialise": ()}
    for round, after in experiment.rounds.items():
        stages[round] = ("data", "initialise" if after == INITIAL else after)
        stages |= {name: ("data", round) for name, block in experiment.blocks.items() if block.after == round}
    return stages


def waits_for(experiment: Experiment, name: str) -> list[str]:
    """The stages, of whatever experiment, that must be done before one of this experiment: `paper/lenet r03`, or `data mnist`, which is everybody's."""
    own = [stage_of(experiment, other) for other in order(experiment)[name]]
    lent = lent_by(experiment) if name == "r00" else None
    return [*own, *([" ".join(lent)] if lent else [])]


def stage_of(experiment: Experiment, name: str) -> str:
    """A stage's name among those of all experiments."""
    return f"data {experiment.data.name}" if name == "data" else f"{experiment.folder} {name}"


def chosen(experiment: Experiment, words: Sequence[str], until: str | None) -> list[str]:
    """The stages that are asked for, in their order: those named, or those up to `until`; all where nothing is named.

    Raises LthError for one that there is not, and where both are given.
    """
    stages = list(order(experiment))
    if words and until is not None:
        raise LthError(f"{' '.join(words)} and --until {until}: name stages, or the last of those from the first on, not both")
    for word in [*words, *([until] if until is not None else [])]:
        if word not in stages:
            near = difflib.get_close_matches(word, stages, n=3)
            meant = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(stages)}"
            raise LthError(f"{experiment.folder} has no stage {word!r}; {meant}")
    if until is not None:
        return stages[: stages.index(until) + 1]
    return [stage for stage in stages if stage in words] or stages


def train_stages(settings: Settings, experiment: Experiment, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Trains those of the stages that are not done, one after another, and says a line for each.

    Raises LthError where one waits for a stage that is neither done nor among them, before anything is trained that comes after it; and for a
    control that there is not, before all.
    """
    check_controls(experiment)
    for name in names:
        why = why_not_done(settings, experiment, name)
        if not why:
            say(f"{name}: done")
            continue
        for other in order(experiment)[name]:
            if missing := why_not_done(settings, experiment, other):
                both = f"`lth train {experiment.folder} --until {name}` trains both"
                raise LthError(f"{experiment.folder} {name} waits for {other}, which {missing}: {both}")
        began = time.monotonic()
        _run(settings, experiment, name)
        networks = len(expected_networks(experiment).get(name, ()))
        took = f"{networks} networks in {readable(time.monotonic() - began)}" if networks else readable(time.monotonic() - began)
        say(f"{name}: {took}" + (f"; what was there {why}" if why != ABSENT else ""))


def not_done(settings: Settings, experiment: Experiment) -> list[str]:
    """What has yet to be trained of an experiment, in order."""
    return [name for name in order(experiment) if why_not_done(settings, experiment, name)]


def _run(settings: Settings, experiment: Experiment, name: str) -> None:
    """What the DVC stage of that name does."""
    if name == "data":
        prepare(experiment.data.name, settings.seed, data_file(experiment))
    elif name == "initialise":
        save_initial(experiment, settings.seed)
    elif name in experiment.rounds:
        train_round(settings, experiment, name)
    else:
        train_block(settings, experiment, name)
    if torch.cuda.is_available():  # the next stage measures what the card has free
        gc.collect()
        torch.cuda.empty_cache()
