"""Iterative pruning, step by step (paper, section 1), and the controls beside it.

1. Initialise a network. 2. Train it. 3. Prune the smallest weights that survive. 4. Reset the survivors to their initial values; repeat.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import torch

from lth import paths, seeds
from lth.config import INITIAL, Block, Experiment, Settings
from lth.controls import CONTROLS
from lth.data import load_data
from lth.errors import LthError
from lth.networks import Parameters
from lth.provenance import record
from lth.pruning import Masks, prune_global, prune_layerwise
from lth.results import save
from lth.storage import sha256
from lth.tabulate import tabulate, tabulate_curves
from lth.tickets import Start, Ticket, load_rounds, load_tickets, save_pruned, ticket_file
from lth.training import BatchOrder, Member, Plan, Trained, checkpoints, choose_engine, train_stack
from lth.training.engines import device_name, numerics_id


def train_round(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the tickets of one round, every trial's, prunes them once, and writes rows, curves and what was pruned."""
    _check_name("round", name, experiment.rounds)
    tickets = load_tickets(experiment, int(name[1:]))
    stack = [(ticket, 0, ticket.start) for ticket in tickets]

    def prune_and_save(trained: Trained) -> list[Path]:
        return [save_pruned(tickets, prune(experiment, trained.weights, tickets))]

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


def prune(experiment: Experiment, weights: Parameters, tickets: Sequence[Ticket]) -> list[Masks]:
    """The masks of the next round, one a trial, from the final weights [R, *shape] of this one (paper, section 1, step 3)."""
    stacked = {name: torch.stack([ticket.mask[name] for ticket in tickets]) for name in tickets[0].mask}
    layers = tickets[0].network.layers
    try:
        if experiment.pruning.method == "global":
            ranked = [layer.weight for layer in layers if layer.kind == "conv"]
            pruned = stacked | prune_global({n: weights[n] for n in ranked}, {n: stacked[n] for n in ranked}, experiment.pruning.conv)
        else:
            pruned = prune_layerwise(weights, stacked, {layer.weight: getattr(experiment.pruning, layer.kind) for layer in layers})
    except ValueError as error:
        raise LthError(f"{experiment.experiment}: {error}; lower training.optimiser.learning_rate") from error
    return [{name: mask[position] for name, mask in pruned.items()} for position in range(len(tickets))]


def _train(
    settings: Settings,
    experiment: Experiment,
    stage: str,
    arm: str,
    stack: Sequence[tuple[Ticket, int, Callable[[], Start]]],
    test_curve_until: int,
    finish: Callable[[Trained], list[Path]] | None = None,
) -> None:
    """Trains a stack of (ticket, draw, start) and writes its outputs; `finish` makes further ones from the final weights."""
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
        trained = train_stack(engine, members, kept, title=title, keep_weights=finish is not None)
        remaining = [ticket.weights_remaining for ticket, *_ in stack]
        rows = tabulate(experiment, members, trained, remaining, about)
        curves = tabulate_curves(members, trained, plan.evaluation_points, plan.test_points)
        outputs = save(experiment, stage, rows, curves) + (finish(trained) if finish else [])
        sidecar = paths.RESULTS / experiment.experiment / "provenance" / f"{stage}.json"
        record(sidecar, outputs, f"dvc repro -s -f pipelines/{experiment.experiment}/dvc.yaml:{_stage_name(experiment, stage)}", about)
        kept.remove()


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
    before = list(experiment.rounds)[: max(ticket.round for ticket, *_ in stack)]
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
