"""The unit of training: a stack of networks of one architecture, and what training it measures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lth.measures import SCORES
from lth.networks import Parameters
from lth.tickets import Start
from lth.training.plan import BatchOrder


@dataclass(frozen=True)
class Member:
    """One network of a stack: who it is, where it starts, in which order it sees the images."""

    arm: str
    """`ticket`, or the name of a control."""
    round: int
    trial: int
    draw: int
    start: Callable[[], Start]
    """Makes the starting weights and mask when the network's turn comes."""
    order: BatchOrder
    dropout_seed: int
    learning_rate: float


@dataclass(frozen=True)
class Trained:
    """What training R networks measured, one entry a network along the first axis."""

    es_iteration: np.ndarray
    """int64 [R]: the iteration of minimum validation loss, the first on ties."""
    scores: dict[str, np.ndarray]
    """The SCORES by name, float64 [R]."""
    validation_loss: np.ndarray
    """float64 [R, evaluation points]."""
    validation_accuracy: np.ndarray
    """float64 [R, evaluation points]."""
    test_accuracy: np.ndarray
    """float64 [R, test points]."""
    parameters: Parameters
    """Final weights and biases float32 [R, *shape] by name; empty where they were not asked for."""

    @classmethod
    def concatenate(cls, parts: Sequence["Trained"]) -> "Trained":
        """Several stacks as one, in their order."""
        return cls(
            es_iteration=np.concatenate([part.es_iteration for part in parts]),
            scores={name: np.concatenate([part.scores[name] for part in parts]) for name in SCORES},
            validation_loss=np.concatenate([part.validation_loss for part in parts]),
            validation_accuracy=np.concatenate([part.validation_accuracy for part in parts]),
            test_accuracy=np.concatenate([part.test_accuracy for part in parts]),
            parameters={name: torch.cat([part.parameters[name] for part in parts]) for name in parts[0].parameters},
        )
