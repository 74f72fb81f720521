"""Tickets on disk, in kilobytes.

`tickets/<collection>/<experiment>/initial.npz` holds the seed and a SHA-256 of each trial's initial weights, which are drawn again when needed and
checked against it. Masks are nested, so `r07.npz` holds only which of round 7's survivors that round pruned, one bit each; the mask of
round 7 is what rounds 0 to 6 left. Where pruning makes all masks at once, `r00.npz` holds how many levels each weight survives. Where survivors
are rewound to an iteration of the dense network's training (`training.rewind`), it also holds which, and a SHA-256 of every dense network there.
"""

import io
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path

import numpy as np
import torch

from lth import paths
from lth.config import INITIAL, Experiment, load_experiment
from lth.errors import LthError, one_line
from lth.machine import memory_bytes
from lth.networks import Network, build
from lth.pruning import Masks
from lth.storage import LARGEST, mended, read, write_bytes
from lth.tickets.ticket import Rewound, Ticket, digest, initial_parameters


def load_ticket(experiment: str, round: int, trial: int, *, variant: float | None = None) -> Ticket:
    """The ticket of one round (0 is the dense network) and trial, from the committed files, its initial weights verified.

    variant: of a sweep, the value of the key that its `training.vary` names.

    Raises LthError where a file is missing or damaged, the trial or round does not exist, or the weights drawn are not those recorded.
    """
    plan = load_experiment(experiment)
    if variant not in plan.training.variants:
        values = ", ".join(f"{value:g}" for value in plan.training.variants if value is not None)
        raise LthError(
            f"{plan.folder} {f'is a sweep: variant must be one of {values}' if values else 'is no sweep and has no variants'}, not {variant}"
        )
    if not isinstance(trial, Integral) or trial not in plan.trials.numbers:
        raise LthError(f"{plan.folder} has trials {plan.trials.numbers[0]} to {plan.trials.numbers[-1]}, not {trial!r:.60}")
    if not isinstance(round, Integral) or not 0 <= round <= plan.last_round:
        raise LthError(f"{plan.folder} has rounds 0 to {plan.last_round}, not {round!r:.60}")
    return next(ticket for ticket in load_tickets(plan, round) if (ticket.variant, ticket.trial) == (variant, trial))


def load_tickets(experiment: Experiment, round: int) -> list[Ticket]:
    """The tickets of one round, in the order of `lineages`; see `load_ticket`."""
    return load_rounds(experiment, [round])[round]


def load_rounds(experiment: Experiment, rounds: Sequence[int]) -> dict[int, list[Ticket]]:
    """The tickets of several rounds, by round, each in the order of `lineages`; see `load_ticket`."""
    check_memory(experiment)
    seed = verify_initial(experiment)
    if experiment.pruning.levels and max(rounds) > 0:
        survived = _survived_levels(experiment)
        return {
            round: [
                Ticket(experiment, seed, round, trial, {name: levels >= round for name, levels in masks.items()}, variant)
                for (variant, trial), masks in zip(lineages(experiment), survived, strict=True)
            ]
            for round in rounds
        }
    masks = [_full_masks(build(experiment.network)) for _ in lineages(experiment)]
    rewound: list[Rewound | None] = [None] * len(masks)
    tickets = {}
    for round in range(max(rounds) + 1):
        if round == 1:
            rewound = _rewound(experiment)
        if round > 0:
            masks = _pruned_masks(experiment, round - 1, masks)
        if round in rounds:
            tickets[round] = [
                Ticket(experiment, seed, round, trial, mask, variant, origin)
                for (variant, trial), mask, origin in zip(lineages(experiment), masks, rewound, strict=True)
            ]
    return tickets


def save_pruned(tickets: Sequence[Ticket], next_masks: Sequence[Masks], rewound: Sequence[Rewound] = ()) -> Path:
    """Writes which survivors a round pruned, and returns the file: tickets are those it trained, next_masks what it left, one per trial.

    rewound: of round 0, what each trial's survivors return to from now on, if not their initial values.
    """
    bits = {}
    for ticket, left in zip(tickets, next_masks, strict=True):
        for name, mask in ticket.mask.items():
            survivors = left[name][mask].numpy()
            bits[_key(ticket.variant, ticket.trial, name)] = np.packbits(~survivors)
    if rewound:
        bits |= {"rewind": np.array(rewound[0].iteration), "sha256": _hashes([origin.sha256 for origin in rewound])}
    file = ticket_file(tickets[0].experiment, f"r{tickets[0].round:02}")
    _write(file, bits)
    return file


def save_levels(experiment: Experiment, levels: Sequence[Masks]) -> Path:
    """Writes how many levels of pruning each weight survives, and returns the file. levels: the masks [R, *shape] of each, R trials."""
    survived = {name: torch.stack([masks[name] for masks in levels]).sum(0, dtype=torch.uint8) for name in levels[0]}
    file = ticket_file(experiment, "r00")
    _write(
        file,
        {
            _key(variant, trial, name): own.numpy()
            for name, counts in survived.items()
            for (variant, trial), own in zip(lineages(experiment), counts, strict=True)
        },
    )
    return file


def save_initial(experiment: Experiment, seed: int) -> None:
    """Writes the seed and the SHA-256 of each trial's initial parameters."""
    check_memory(experiment)
    digests = [digest(initial_parameters(experiment, seed, trial)) for trial in experiment.trials.numbers]
    content = {"seed": np.array(seed), "sha256": _hashes(digests)}
    _write(ticket_file(experiment, INITIAL), content)


def verify_initial(experiment: Experiment) -> int:
    """Draws every trial's initial parameters, compares them with the record and returns the seed."""
    file = ticket_file(experiment, INITIAL)
    record = _read(file)
    if record.keys() != {"seed", "sha256"}:
        raise _unusable(file, f"it holds {', '.join(record)[:200] or 'nothing'} where seed and sha256 belong")
    digests = record["sha256"]
    if (record["seed"].shape, record["seed"].dtype.kind) != ((), "i") or (digests.shape[1:], digests.dtype) != ((32,), np.uint8):
        raise _unusable(file, "its seed is no whole number, or its sha256 are none")
    seed = int(record["seed"])
    if len(digests) < experiment.trials.count:
        params = paths.PIPELINES / experiment.folder / "params.yaml"
        makes = mended(params, f"train anew with `dvc repro pipelines/{experiment.folder}/dvc.yaml`")
        raise LthError(
            f"{paths.shown(file)} holds {len(digests)} trials of the {experiment.trials.count} that params.yaml promises: if that was changed, {makes}"
        )
    for trial, recorded in zip(experiment.trials.numbers, digests, strict=False):
        if recorded.tobytes() != digest(initial_parameters(experiment, seed, trial)):
            raise _unusable(file, f"the initial weights drawn for trial {trial} are not the recorded ones (seed, network or NumPy changed)")
    return seed


def check_memory(experiment: Experiment) -> None:
    """Raises LthError where the tickets of one round, or one network while it is drawn, are more than this machine has memory for."""
    weights, networks = build(experiment.network).weight_count, len(lineages(experiment))
    needed = weights * (12 + networks)  # drawn as float64, kept as float32; a byte a weight of each mask
    if needed > (there := memory_bytes()):
        file = paths.shown(paths.PIPELINES / experiment.folder / "params.yaml")
        raise LthError(
            f"{file}: {networks:,} networks of {weights:,} weights need {needed / 2**30:,.0f} GiB to be drawn, this machine has "
            f"{there / 2**30:,.0f}: lower network.width, network.hidden or trials"
        )


def ticket_file(experiment: Experiment, name: str) -> Path:
    """tickets/<collection>/<experiment>/<initial or r00, r01, …>.npz"""
    return paths.TICKETS / experiment.folder / f"{name}.npz"


def ticket_files(experiment: Experiment, round: int) -> list[Path]:
    """The files that the tickets of a round, and of those before it, are read from."""
    return [ticket_file(experiment, name) for name in (INITIAL, *list(experiment.rounds)[:round])]


def lineages(experiment: Experiment) -> list[tuple[float | None, int]]:
    """The variants and trials that tickets are found in, each apart: the networks of a round, in their order."""
    return [(variant, trial) for variant in experiment.training.variants for trial in experiment.trials.numbers]


def _key(variant: float | None, trial: int, name: str) -> str:
    """What one lineage's layer is called in a file."""
    return f"{trial}/{name}" if variant is None else f"{variant:g}/{trial}/{name}"


def _full_masks(network: Network) -> Masks:
    return {layer.weight: torch.ones(layer.shape, dtype=torch.bool) for layer in network.layers}


def _survived_levels(experiment: Experiment) -> list[dict[str, torch.Tensor]]:
    """How many levels each weight survives, by trial: uint8, the shapes and names of the masks."""
    file = ticket_file(experiment, "r00")
    stored = _read(file)
    shapes = {layer.weight: layer.shape for layer in build(experiment.network).layers}
    expected = {_key(*lineage, name): shape for lineage in lineages(experiment) for name, shape in shapes.items()}
    if {name: levels.shape for name, levels in stored.items()} != expected or any(levels.dtype != np.uint8 for levels in stored.values()):
        raise _unusable(file, f"it does not hold the levels of {experiment.trials.count} trials of {experiment.network.name}")
    return [{name: torch.from_numpy(stored[_key(*lineage, name)]) for name in shapes} for lineage in lineages(experiment)]


def _pruned_masks(experiment: Experiment, round: int, masks: list[Masks]) -> list[Masks]:
    """Every trial's masks after a round, from those that it trained."""
    file = ticket_file(experiment, f"r{round:02}")
    pruned = _read(file)
    try:
        return [_without_pruned(mask, pruned, *lineage) for lineage, mask in zip(lineages(experiment), masks, strict=True)]
    except (KeyError, ValueError) as error:
        raise _unusable(file, f"it does not fit the rounds before it ({one_line(error)})") from error


def _rewound(experiment: Experiment) -> list[Rewound | None]:
    """What every lineage's survivors return to, as r00.npz records it; None where that is their initial values."""
    file = ticket_file(experiment, "r00")
    record = {name: array for name, array in _read(file).items() if name in ("rewind", "sha256")}
    count, iteration = len(lineages(experiment)), experiment.training.rewind
    if not iteration and not record:
        return [None] * count
    recorded, hashes = record.get("rewind", np.array(0)), record.get("sha256", np.empty(0))
    if (recorded.shape, recorded.dtype.kind) != ((), "i") or recorded != iteration:
        raise _unusable(file, f"its tickets are rewound to iteration {recorded!s:.60}, and params.yaml says training.rewind: {iteration}")
    if (hashes.shape, hashes.dtype) != ((count, 32), np.uint8):
        raise _unusable(file, f"it does not hold the sha256 of {count} dense networks at iteration {iteration}")
    return [Rewound(iteration, sha256.tobytes()) for sha256 in hashes]


def _hashes(digests: Sequence[bytes]) -> np.ndarray:
    """SHA-256 of R networks: uint8 [R, 32]."""
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)


def _without_pruned(masks: Masks, pruned: dict[str, np.ndarray], variant: float | None, trial: int) -> Masks:
    """One lineage's masks after one round's pruning."""
    left = {}
    for name, mask in masks.items():
        survivors = int(mask.sum())
        packed = pruned[_key(variant, trial, name)]
        if (packed.shape, packed.dtype) != (((survivors + 7) // 8,), np.uint8):
            raise ValueError(f"{name} has {survivors} survivors, the file {packed.dtype} {list(packed.shape)}")
        left[name] = mask.clone()
        left[name][mask] = torch.from_numpy(np.unpackbits(packed, count=survivors) == 0)
    return left


def _write(file: Path, arrays: dict[str, np.ndarray]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_bytes(file, content.getvalue())


def _read(file: Path) -> dict[str, np.ndarray]:
    return read(file, _arrays, f"train it with `dvc repro pipelines/{file.parent.relative_to(paths.TICKETS)}/dvc.yaml`")


def _arrays(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of an npz file. Raises whatever zip, compression, an array's header or its type do, and ValueError for one that is no such file."""
    opened = np.load(io.BytesIO(content), allow_pickle=False)
    if not isinstance(opened, np.lib.npyio.NpzFile):
        raise ValueError("a single array where an archive of them belongs")
    with opened as arrays:
        if (held := sum(entry.file_size for entry in arrays.zip.infolist())) > LARGEST:
            raise ValueError(f"it unpacks to {held:,} bytes")
        return dict(arrays)


def _unusable(file: Path, why: str) -> LthError:
    return LthError(f"{paths.shown(file)} cannot be used: {why}; {mended(file, 'train that round again')}")
