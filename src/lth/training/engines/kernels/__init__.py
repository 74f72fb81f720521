"""Training and evaluation of sparse fully connected networks on one CPU thread, for networks whose masks stay fixed.

    examples = sparse_examples(features, labels)              # once a process, shared by all threads
    network = lay_out(masks, start(weights, biases))          # dense arrays in …
    losses = advance(network, examples, batches, rates, adam(), iteration)
    loss, correct = evaluate(network, examples, validation)
    state = dense(network, masks)                             # … and out, bit for bit; lay_out(masks, state) resumes

A call runs without the interpreter's lock, touches only its own network and always does the same arithmetic in the same
order: results do not depend on threads, on other networks, or on how iterations are split into calls.
"""

from typing import NamedTuple

import numpy as np

from . import compact, panels
from .arithmetic import Optimiser, adam, sgd
from .compact import Compact
from .examples import Examples, sparse_examples, with_biases
from .panels import Panels

__all__ = ["DenseState", "Examples", "Optimiser", "adam", "advance", "dense", "evaluate", "lay_out", "sgd", "sparse_examples", "start"]

DENSE_FROM = 0.28  # the surviving share of weights from which panels are faster: Lenet on Zen 4, rounds 5 and 6 apart


class DenseState(NamedTuple):
    """A network's values, each float32 [out, in + 1] a layer, biases last: weights and their moments.

    The first moment is Adam's exp_avg or SGD's momentum buffer; the second, Adam's exp_avg_sq.
    """

    weights: list[np.ndarray]
    first_moments: list[np.ndarray]
    second_moments: list[np.ndarray]


def start(weights: list[np.ndarray], biases: list[np.ndarray]) -> DenseState:
    """An untrained network's values: weights [out, in] and biases [out] a layer, moments zero."""
    layers = [np.column_stack([weight, bias]).astype(np.float32) for weight, bias in zip(weights, biases, strict=True)]
    return DenseState(layers, [np.zeros_like(layer) for layer in layers], [np.zeros_like(layer) for layer in layers])


def lay_out(masks: list[np.ndarray], state: DenseState) -> Compact | Panels:
    """A network in the layout that is faster at its density. masks: bool [out, in] a layer; pruned values become zero."""
    density = sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)
    values = [[np.where(with_biases(mask), layer, np.float32(0)) for mask, layer in zip(masks, layers, strict=True)] for layers in state]
    return (panels if density >= DENSE_FROM else compact).lay_out(masks, values)


def dense(network: Compact | Panels, masks: list[np.ndarray]) -> DenseState:
    """The network's present values, in new arrays."""
    layout = _layout(network)
    return DenseState(*(layout.unpack(masks, flat) for flat in (network.weight, network.first_moment, network.second_moment)))


def advance(network, examples: Examples, batches: np.ndarray, rates: np.ndarray, optimiser: Optimiser, iteration: int) -> np.ndarray:
    """Train the network in place. Returns each iteration's mean loss before its update, float64 [steps].

    batches: int32 [steps, batch], indices into the examples. rates: float64 [steps], the learning rates. iteration: the
    number of iterations already done. ReLU hidden units, linear outputs, mean softmax cross-entropy.
    """
    losses = np.zeros(len(rates))
    work = compact.workspace(network) if isinstance(network, Compact) else panels.workspace(network, batches.shape[1])
    _layout(network).advance(network, examples, batches, rates, optimiser, iteration, work, losses)
    return losses


def evaluate(network, examples: Examples, chosen: np.ndarray) -> tuple[float, int]:
    """Mean cross-entropy and number correct of the examples `chosen`, int32 [n]."""
    work = compact.workspace(network) if isinstance(network, Compact) else panels.workspace(network, 64)
    loss, correct = _layout(network).evaluate(network, examples, chosen, work)
    return loss / len(chosen), correct


def _layout(network):
    return compact if isinstance(network, Compact) else panels
