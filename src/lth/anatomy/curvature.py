"""The largest eigenvalues of a loss' Hessian over the weights that survive, by Lanczos' method: power iteration would find the one of largest
magnitude, be it the most negative."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from lth.data import Split
from lth.networks import EVALUATION, Network, Parameters
from lth.pruning import Masks

Product = Callable[[np.ndarray], np.ndarray]
"""A symmetric matrix times a vector, float64 [N]."""


def hessian(network: Network, parameters: Parameters, mask: Masks, images: Split) -> tuple[Product, int]:
    """The Hessian of the mean cross-entropy on some images, over surviving weights and all biases, as a product; and its size N."""
    leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    free = torch.cat([mask.get(name, torch.ones_like(value, dtype=torch.bool)).flatten() for name, value in leaves.items()])
    logits = network.forward({name: value[None] for name, value in leaves.items()}, images.inputs[None], EVALUATION)[0]
    loss = F.cross_entropy(logits, images.labels)
    slope = torch.cat([part.flatten() for part in torch.autograd.grad(loss, list(leaves.values()), create_graph=True)])

    def product(vector: np.ndarray) -> np.ndarray:
        moved = torch.zeros_like(slope)
        moved[free] = torch.from_numpy(vector).float()
        bent = torch.autograd.grad(slope, list(leaves.values()), moved, retain_graph=True)
        return torch.cat([part.flatten() for part in bent])[free].double().numpy()

    return product, int(free.sum())


def extremes(product: Product, size: int, steps: int, largest: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """So many largest eigenvalues of a symmetric matrix, descending, and then its smallest; and the residual of each, the norm of A v - λ v.

    Lanczos' method with every vector made orthogonal to all before it, twice: without, eigenvalues come back as copies.
    """
    steps = min(steps, size)
    basis = np.zeros((steps + 1, size))
    first = generator.standard_normal(size)
    basis[0] = first / np.linalg.norm(first)
    diagonal, beside = np.zeros(steps), np.zeros(steps)
    for step in range(steps):
        image = product(basis[step])
        diagonal[step] = image @ basis[step]
        for _ in range(2):
            image = image - basis[: step + 1].T @ (basis[: step + 1] @ image)
        beside[step] = np.linalg.norm(image)
        if beside[step] < 1e-10 * np.abs(diagonal).max():  # the space is used up: what was found is exact
            steps = step + 1
            break
        basis[step + 1] = image / beside[step]
    values, vectors = np.linalg.eigh(np.diag(diagonal[:steps]) + np.diag(beside[: steps - 1], 1) + np.diag(beside[: steps - 1], -1))
    residuals = np.abs(beside[steps - 1] * vectors[-1])
    chosen = [*range(steps - 1, max(steps - 1 - largest, -1), -1), 0]
    return values[chosen], residuals[chosen]
