"""How tickets are found: by pruning round after round (paper, section 1), or all at once from the dense networks.

| `pruning.method`      | what is pruned at each level                                                                     |
|---|---|
| layerwise, global     | the ticket of that round, trained from its initial weights: iterative pruning with resetting     |
| oneshot               | the trained dense network, at once (paper, section 2, one-shot pruning)                          |
| continued             | the network that was trained on, never reset (paper, appendix B, strategy 2)                     |
| iteration0            | the untrained network, by the magnitude of its initial weights (paper, appendix F.4)             |

All masks and weights here are stacked: [R, *shape] for R trials.
"""

from collections.abc import Callable, Mapping, Sequence

import torch

from lth.config import Experiment
from lth.errors import LthError
from lth.networks import Parameters, build
from lth.pruning import Masks, prune_global, prune_layerwise

TrainOn = Callable[[int, Parameters, Masks], Parameters]
"""Trains the networks of one level on from their weights, masked, and returns their final parameters."""


def prune_round(experiment: Experiment, parameters: Parameters, masks: Masks) -> Masks:
    """The masks of the next round, from the final parameters of this one (paper, section 1, step 3)."""
    weights = {name: parameters[name] for name in masks}
    layers, rates = build(experiment.network).layers, experiment.pruning
    if rates.method == "global":
        ranked = [layer.weight for layer in layers if layer.kind == "conv"]
        return masks | _checked(experiment, prune_global, {n: weights[n] for n in ranked}, {n: masks[n] for n in ranked}, rates.conv)
    return _checked(experiment, prune_layerwise, weights, masks, {layer.weight: getattr(rates, layer.kind) for layer in layers})


def survived_levels(experiment: Experiment, initial: Parameters, trained: Parameters, masks: Masks, train_on: TrainOn) -> dict:
    """How many of the experiment's levels of pruning each weight survives: uint8, the shapes and names of the masks.

    initial, trained: parameters of the dense networks before and after training. masks: those of the dense networks. train_on is called
    for continued training alone.
    """
    method, full = experiment.pruning.method, masks
    parameters = initial if method == "iteration0" else trained
    survived = {name: torch.zeros_like(mask, dtype=torch.uint8) for name, mask in masks.items()}
    for level in range(1, experiment.pruning.levels + 1):
        if method == "continued" and level > 1:
            parameters = train_on(level - 1, parameters, masks)
        if experiment.pruning.shares_of_dense:
            weights = {name: parameters[name] for name in masks}
            rates = {layer.weight: experiment.pruning.share(layer.kind, level) for layer in build(experiment.network).layers}
            masks = _checked(experiment, prune_layerwise, weights, full, rates)
        else:
            masks = prune_round(experiment, parameters, masks)
        survived = {name: count + masks[name] for name, count in survived.items()}
    return survived


def stacked(parts: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Tensors of R networks by name as one stack."""
    return {name: torch.stack([part[name] for part in parts]) for name in parts[0]}


def _checked(experiment: Experiment, prune: Callable[..., Masks], weights: Parameters, *how) -> Masks:
    try:
        return prune(weights, *how)
    except ValueError as error:
        raise LthError(f"{experiment.folder}: {error}; lower training.optimiser.learning_rate") from error
