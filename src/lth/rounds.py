"""Iterative pruning, step by step (paper, section 1), and the controls beside it.

1. Initialise a network. 2. Train it. 3. Prune the smallest weights that survive. 4. Reset the survivors to their initial values; repeat.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from lth import paths, seeds
from lth.config import INITIAL, Block, Experiment, Settings
from lth.controls import CONTROLS
from lth.data import load_data
from lth.errors import LthError
from lth.networks import Parameters
from lth.provenance import record
from lth.pruning import Masks
from lth.results import save
from lth.storage import sha256
from lth.strategies import prune_round, stacked, survived_levels
from lth.tabulate import tabulate, tabulate_curves
from lth.tickets import Start, Ticket, load_rounds, load_tickets, save_pruned, save_survived_levels, ticket_file
from lth.training import BatchOrder, Checkpoints, Member, Plan, Trained, checkpoints, choose_engine, train_stack
from lth.training.engines import device_name, numerics_id


def train_round(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the tickets of one round, every trial's, prunes them once, and writes rows, curves and what was pruned."""
    _check_name("round", name, experiment.rounds)
    tickets = load_tickets(experiment, int(name[1:]))
    stack = [(ticket, 0, ticket.start) for ticket in tickets]

    masks = stacked([ticket.mask for ticket in tickets])

    def prune_and_save(trained: Trained, kept: Checkpoints) -> Path:
        if experiment.pruning.levels:
            initial = stacked([ticket.initial_parameters() for ticket in tickets])
            train_on = partial(_train_on, settings, experiment, tickets, kept)
            return save_survived_levels(experiment, survived_levels(experiment, initial, trained.parameters, masks, train_on))
        pruned = prune_round(experiment, trained.parameters, masks)
        return save_pruned(tickets, [{name: mask[trial] for name, mask in pruned.items()} for trial in range(len(tickets))])

    _train(settings, experiment, name, "ticket", stack, experiment.evaluation.test_curve_until, prune_and_save)


def train_block(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains one block of controls, all its rounds, trials and draws as one stack, and writes rows and curves."""
    _check_name("block", name, experiment.blocks)
    block: Block = experiment.blocks[name]
    control = CONTROLS[block.control]
    stack = [
        (ticket, draw, partial(control, ticket, draw))
        for tickets in load_rounds(experiment, [int(round[1:]) for round in block.rounds]).values()
        for ticket in tickets
        for draw in range(block.draws)
    ]
    _train(settings, experiment, name, block.control, stack, block.test_curve_until)


def _check_name(what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise LthError(f"unknown {what} {name!r}; there are: {', '.join(known)}")


def _train(
    settings: Settings,
    experiment: Experiment,
    stage: str,
    arm: str,
    stack: Sequence[tuple[Ticket, int, Callable[[], Start]]],
    test_curve_until: int,
    finish: Callable[[Trained, Checkpoints], Path] | None = None,
) -> None:
    """Trains a stack of (ticket, draw, start) and writes its outputs; `finish` makes a further one from the final weights."""
    data = load_data(experiment.data.name, experiment.data.scaling)
    plan = Plan(experiment.training, experiment.evaluation, test_curve_until)
    engine = choose_engine(settings, experiment, data, plan)
    members = [_member(experiment, arm, ticket, draw, start, len(data.train.labels)) for ticket, draw, start in stack]
    about = {
        "engine": numerics_id(experiment.network.name, engine.name),
        "device": device_name(engine.device),
        "library": engine.library,
    }
    title = f"{experiment.experiment} {stage}"
    with checkpoints(_inputs(settings, experiment, stage, stack, about), title) as kept:
        trained = train_stack(engine, members, kept, title=title, keep_parameters=finish is not None)
        remaining = [ticket.weights_remaining for ticket, *_ in stack]
        rows = tabulate(experiment, members, trained, remaining, about)
        curves = tabulate_curves(members, trained, plan.evaluation_points, plan.test_points)
        outputs = save(experiment, stage, rows, curves) + ([finish(trained, kept)] if finish else [])
        sidecar = paths.RESULTS / experiment.experiment / "provenance" / f"{stage}.json"
        record(sidecar, outputs, f"dvc repro -s -f pipelines/{experiment.experiment}/dvc.yaml:{_stage_name(experiment, stage)}", about)
        kept.remove()


def _train_on(
    settings: Settings, experiment: Experiment, tickets: Sequence[Ticket], kept: Checkpoints, level: int, weights: Parameters, masks: Masks
) -> Parameters:
    """Trains networks on from their weights, masked, with the data order of round `level` and a fresh optimiser: their final parameters."""
    data = load_data(experiment.data.name, experiment.data.scaling)
    unmeasured = experiment.evaluation.model_copy(update={"every": experiment.training.iterations})
    engine = choose_engine(settings, experiment, data, Plan(experiment.training, unmeasured, 0))

    def start(trial: int) -> Start:
        return Start.masked({name: value[trial] for name, value in weights.items()}, {name: mask[trial] for name, mask in masks.items()})

    members = [
        _member(experiment, "continued", replace(ticket, round=level), 0, partial(start, trial), len(data.train.labels))
        for trial, ticket in enumerate(tickets)
    ]
    title = f"{experiment.experiment} level {level}/{experiment.pruning.levels - 1}"
    return train_stack(engine, members, Checkpoints(kept.folder / f"level{level:02}"), title=title, keep_parameters=True).parameters


def _member(experiment: Experiment, arm: str, ticket: Ticket, draw: int, start: Callable[[], Start], images: int) -> Member:
    names = (experiment.family, arm, ticket.trial, ticket.round, draw)
    return Member(
        arm=arm,
        round=ticket.round,
        trial=ticket.trial,
        draw=draw,
        start=start,
        order=BatchOrder(ticket.seed, experiment.family, ticket.trial, ticket.round, images, experiment.training.batch_size),
        dropout_seed=seeds.torch_seed(ticket.seed, "dropout", *names),
        learning_rate=experiment.training.optimiser.learning_rate,
    )


def _inputs(settings: Settings, experiment: Experiment, stage: str, stack: Sequence[tuple], about: dict) -> dict:
    """All that a stage's results depend on; its checkpoints are filed under the hash of this."""
    before = ["r00"] if experiment.pruning.levels else list(experiment.rounds)
    before = before[: max(ticket.round for ticket, *_ in stack)]
    files = [ticket_file(experiment, name) for name in (INITIAL, *before)] + [paths.DATA / f"{experiment.data.name}.safetensors"]
    return {
        "stage": stage,
        "settings": settings.model_dump(),
        "experiment": experiment.model_dump(exclude={"rounds", "blocks"}),
        "block": experiment.blocks[stage].model_dump() if stage in experiment.blocks else None,
        "files": {paths.shown(file): sha256(file) for file in files},
        **about,
    }


def _stage_name(experiment: Experiment, stage: str) -> str:
    return f"{'round' if stage in experiment.rounds else 'control'}@{stage}"
