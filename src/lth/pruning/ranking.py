"""Magnitude pruning (paper, section 1, step 3): pure functions (weights, mask, rate) -> mask.

All tensors have a leading stack axis: R networks are pruned side by side, each by its own weights. Exactly `round(rate * survivors)`
weights go, the smallest magnitudes among the survivors first, ties by index; a pruned weight never comes back.
"""

from collections.abc import Mapping

import torch
from torch import Tensor


class DivergedError(ValueError):
    """Weights that hold NaN or infinity have no order."""


Masks = dict[str, Tensor]
"""Boolean masks by the names of the weights they mask; True survives."""


def prune_layerwise(
    weights: Mapping[str, Tensor], mask: Mapping[str, Tensor], rates: Mapping[str, float], *, signed: bool = False
) -> Masks:
    """Prunes each layer by its own rate (Lenet and Conv-2/4/6).

    weights: float [R, *shape] a layer. mask: bool, the same names and shapes. rates: shares in [0, 1) by the same names.
    signed: the weights are scores, and the least go, not those of least magnitude.
    Returns new masks; the arguments are left as they are. Raises ValueError for names or shapes that differ and a rate outside [0, 1),
    DivergedError for weights that are not finite.
    """
    _check(weights, mask)
    if rates.keys() != weights.keys():
        raise ValueError(f"rates name {sorted(rates)}, the weights are {sorted(weights)}")
    return {name: _prune_flat(weights[name].flatten(1), mask[name].flatten(1), rates[name], signed).view_as(mask[name]) for name in weights}


def prune_global(weights: Mapping[str, Tensor], mask: Mapping[str, Tensor], rate: float, *, signed: bool = False) -> Masks:
    """Prunes all given layers of a network together, by one rate (Resnet-18 and VGG-19). Arguments as for `prune_layerwise`."""
    _check(weights, mask)
    joined = _prune_flat(
        torch.cat([value.flatten(1) for value in weights.values()], 1),
        torch.cat([mask[name].flatten(1) for name in weights], 1),
        rate,
        signed,
    )
    parts = joined.split([value[0].numel() for value in weights.values()], 1)
    return {name: part.reshape(mask[name].shape) for name, part in zip(weights, parts, strict=True)}


def percent_remaining(masks: Mapping[str, Tensor]) -> float:
    """P_m of one network: the percentage of its weights that remain. masks: bool, without a stack axis, of *all* its layers."""
    return 100 * sum(int(mask.sum()) for mask in masks.values()) / sum(mask.numel() for mask in masks.values())


def _prune_flat(weights: Tensor, mask: Tensor, rate: float, signed: bool) -> Tensor:
    """[R, N] weights and mask -> the new mask [R, N]."""
    if not 0 <= rate < 1:
        raise ValueError(f"a pruning rate must lie in [0, 1), not {rate}")
    pruned = mask.clone()
    for network, survivors in enumerate(mask.sum(1).tolist()):  # one by one: an order takes eight bytes a weight
        scores = (weights[network] if signed else weights[network].abs()).masked_fill(~mask[network], torch.inf)
        pruned[network, scores.argsort(stable=True)[: round(rate * survivors)]] = False
    return pruned


def _check(weights: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> None:
    if weights.keys() != mask.keys():
        raise ValueError(f"masks name {sorted(mask)}, the weights are {sorted(weights)}")
    for name, value in weights.items():
        if value.shape != mask[name].shape or mask[name].dtype != torch.bool:
            raise ValueError(f"mask {name} must be bool {list(value.shape)}, not {mask[name].dtype} {list(mask[name].shape)}")
        if not value.isfinite().all():
            raise DivergedError(f"weights {name} hold NaN or infinity: a network that diverged cannot be pruned")
