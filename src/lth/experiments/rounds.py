"""Iterative pruning, step by step (paper, section 1), and the controls beside it.

1. Initialise a network. 2. Train it. 3. Prune the smallest weights that survive. 4. Reset the survivors to their initial values; repeat.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from lth import paths
from lth.config import INITIAL, Block, Experiment, Settings
from lth.errors import LthError
from lth.experiments.run import Candidate, Run
from lth.networks import Parameters
from lth.pruning import Masks
from lth.pruning.methods import prune_round, stacked, survived_levels
from lth.results.files import save
from lth.results.provenance import record
from lth.storage import sha256
from lth.tickets import Start, Ticket, load_rounds, load_tickets, save_pruned, save_survived_levels, ticket_file
from lth.training import Checkpoints, Trained, checkpoints


def train_round(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the tickets of one round, every trial's, prunes them once, and writes rows, curves and what was pruned."""
    _check_name("round", name, experiment.rounds)
    tickets = load_tickets(experiment, int(name[1:]))
    masks = stacked([ticket.mask for ticket in tickets])

    def prune_and_save(trained: Trained, kept: Checkpoints) -> Path:
        if experiment.pruning.levels:
            initial = stacked([ticket.initial_parameters() for ticket in tickets])
            train_on = partial(_train_on, settings, experiment, tickets, kept)
            return save_survived_levels(experiment, survived_levels(experiment, initial, trained.parameters, masks, train_on))
        pruned = prune_round(experiment, trained.parameters, masks)
        return save_pruned(tickets, [{name: mask[trial] for name, mask in pruned.items()} for trial in range(len(tickets))])

    run = Run(settings, experiment, test_curve_until=experiment.evaluation.test_curve_until)
    _train(settings, run, name, [Candidate("ticket", ticket) for ticket in tickets], prune_and_save)


def train_block(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains one block of controls, all its rounds, trials and draws as one stack, and writes rows and curves."""
    _check_name("block", name, experiment.blocks)
    block: Block = experiment.blocks[name]
    candidates = [
        Candidate(block.control, ticket, draw)
        for tickets in load_rounds(experiment, [int(round[1:]) for round in block.rounds]).values()
        for ticket in tickets
        for draw in range(block.draws)
    ]
    _train(settings, Run(settings, experiment, test_curve_until=block.test_curve_until), name, candidates)


def _check_name(what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise LthError(f"unknown {what} {name!r}; there are: {', '.join(known)}")


def _train(
    settings: Settings,
    run: Run,
    stage: str,
    candidates: Sequence[Candidate],
    finish: Callable[[Trained, Checkpoints], Path] | None = None,
) -> None:
    """Trains candidates and writes a stage's outputs; `finish` makes a further one from the final parameters."""
    name = run.experiment.folder
    title = f"{name} {stage}"
    with checkpoints(_inputs(settings, run, stage, candidates), title) as kept:
        trained = run.train(candidates, kept, title=title, keep_parameters=finish is not None)
        outputs = save(run.experiment, stage, run.rows(candidates, trained), run.curves(candidates, trained))
        outputs += [finish(trained, kept)] if finish else []
        kind = "round" if stage in run.experiment.rounds else "control"
        record(
            paths.RESULTS / name / "provenance" / f"{stage}.json",
            outputs,
            f"dvc repro -s -f pipelines/{name}/dvc.yaml:{kind}@{stage}",
            run.about,
            kept.seconds,
        )
        kept.remove()


def _train_on(
    settings: Settings,
    experiment: Experiment,
    tickets: Sequence[Ticket],
    kept: Checkpoints,
    level: int,
    parameters: Parameters,
    masks: Masks,
) -> Parameters:
    """Trains networks on from their parameters, masked, with the data order of round `level` and a fresh optimiser: the final ones."""

    def start(trial: int) -> Start:
        return Start.masked({name: value[trial] for name, value in parameters.items()}, {name: mask[trial] for name, mask in masks.items()})

    candidates = [Candidate("continued", replace(ticket, round=level), start=partial(start, trial)) for trial, ticket in enumerate(tickets)]
    run = Run(settings, experiment, every=experiment.training.iterations)
    title = f"{experiment.folder} level {level}/{experiment.pruning.levels - 1}"
    return run.train(candidates, Checkpoints(kept.folder / f"level{level:02}", kept.spent), title=title, keep_parameters=True).parameters


def _inputs(settings: Settings, run: Run, stage: str, candidates: Sequence[Candidate]) -> dict:
    """All that a stage's results depend on; its checkpoints are filed under the hash of this."""
    experiment = run.experiment
    before = ["r00"] if experiment.pruning.levels else list(experiment.rounds)
    before = before[: max(candidate.ticket.round for candidate in candidates)]
    files = [ticket_file(experiment, name) for name in (INITIAL, *before)] + [paths.DATA / f"{experiment.data.name}.safetensors"]
    return {
        "stage": stage,
        "settings": settings.model_dump(),
        "experiment": experiment.model_dump(exclude={"rounds", "blocks"}),
        "block": experiment.blocks[stage].model_dump() if stage in experiment.blocks else None,
        "files": {paths.shown(file): sha256(file) for file in files},
        **run.about,
    }
