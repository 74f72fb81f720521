"""The torch engine: stacks of any network, on the CPU and on CUDA.

On the CPU a chunk is one network on one thread, so that a result depends neither on its neighbours nor on the number of threads. On
CUDA a chunk is as many networks as the stated memory holds, advanced by one program.
"""

import functools
import os
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lth.data import DataSet, Split
from lth.networks import Network, Parameters
from lth.training.optimisers import optimiser
from lth.training.plan import Plan
from lth.training.stack import Member

EVALUATION_BATCH = 500
"""Images a forward pass of an evaluation."""
GIB = 2**30


class TorchEngine:
    """Trains chunks of a stack with torch."""

    name = "torch"
    library = f"torch {torch.__version__.split('+')[0]}"

    def __init__(self, network: Network, data: DataSet, plan: Plan, device: str, precision: str, chunk_gib: float):
        self.network = network
        self.plan = plan
        self.device = torch.device(device)
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic with it
        torch.set_deterministic_debug_mode("error")  # as use_deterministic_algorithms(True), without that one's slow imports
        torch.utils.deterministic.fill_uninitialized_memory = False  # a check of torch's own that costs a tenth of a step
        torch.set_float32_matmul_precision("highest" if precision == "ieee" else "high")
        torch.backends.cudnn.allow_tf32 = precision == "tf32"
        torch.set_num_threads(1)
        self.workers = (os.cpu_count() or 1) if device == "cpu" else 1
        self.chunk_size = 1 if device == "cpu" else max(1, int(chunk_gib * GIB / _bytes_a_network(network, plan)))
        self.images = self._moved(data.train)
        self.splits = {
            "train": self.images.first(plan.evaluation.train_images),
            "validation": self._moved(data.validation.first(plan.evaluation.validation_images)),
            "test": self._moved(data.test.first(plan.evaluation.test_images)),
        }

    def trainer(self, members: Sequence[Member]) -> "TorchTrainer":
        """A chunk of the stack, ready to train from iteration 0."""
        torch.set_num_threads(1)  # a thread of its own needs it said again
        return TorchTrainer(self, members)

    def _moved(self, split: Split) -> Split:
        return Split(split.inputs.to(self.device), split.labels.to(self.device))


def _bytes_a_network(network: Network, plan: Plan) -> int:
    """An upper estimate of what one network of a chunk takes on the device: parameters, gradient, mask, moments, snapshot, activations."""
    weights = 10 * 4 * network.weight_count
    side = 28 if network.name == "lenet" else 32
    activations = 4 * 4 * EVALUATION_BATCH * sum(layer.shape[0] * (side * side if layer.kind == "conv" else 1) for layer in network.layers)
    return weights + activations


class TorchTrainer:
    """R networks in training. Their parameters are one tensor [R, P], of which each named parameter is a view [R, *shape]."""

    def __init__(self, engine: TorchEngine, members: Sequence[Member]):
        self.engine = engine
        self.members = members
        starts = [member.start() for member in members]
        self.shapes = {name: value.shape for name, value in starts[0].parameters.items()}
        self.parameters = _flat([start.parameters for start in starts], engine.device)
        masks = [{name: start.mask.get(name, torch.ones_like(value)) for name, value in start.parameters.items()} for start in starts]
        self.mask = _flat(masks, engine.device)
        self.best = self.parameters.clone()
        self.gradient = torch.empty_like(self.parameters)
        self.leaves = {name: view.requires_grad_() for name, view in self._views(self.parameters).items()}
        self.optimiser = optimiser(engine.plan.training.optimiser, self.parameters)
        self.rates = torch.tensor([[member.learning_rate] for member in members], dtype=torch.float64)
        self.dropout = torch.Generator(engine.device)
        self.dropout.manual_seed(members[0].dropout_seed)

    def advance(self, start: int, stop: int) -> None:
        """Trains iterations start … stop - 1."""
        indices = torch.from_numpy(np.stack([member.order.batches(start, stop) for member in self.members], 1)).to(self.engine.device)
        rates = (torch.from_numpy(self.engine.plan.schedule(start, stop))[:, None, None] * self.rates).float().to(self.engine.device)
        for position, iteration in enumerate(range(start, stop)):
            self._step(indices[position], rates[position], iteration)

    def _step(self, indices: Tensor, rate: Tensor, iteration: int) -> None:
        """One iteration. indices: [R, B]; rate: float32 [R, 1]."""
        images = self.engine.images
        logits = self.engine.network.forward(self.leaves, images.inputs[indices], self._drop)
        losses = F.cross_entropy(logits.flatten(0, 1), images.labels[indices].flatten(), reduction="none")
        gradients = torch.autograd.grad(losses.sum() / indices.shape[1], list(self.leaves.values()))
        with torch.no_grad():
            torch.cat([gradient.flatten(1) for gradient in gradients], 1, out=self.gradient)
            decay = self.engine.plan.training.optimiser.weight_decay
            if decay:
                self.gradient.add_(self.parameters, alpha=decay)
            self.gradient.mul_(self.mask)
            self.optimiser.step(self.parameters, self.gradient, rate, iteration)

    @torch.inference_mode()
    def evaluate(self, split: str, *, best: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Mean cross-entropy and accuracy of each network on one split, in evaluation mode: float64 [R] each.

        best: of the weights kept last rather than of the current ones.
        """
        images = self.engine.splits[split]
        parameters = self._views(self.best if best else self.parameters)
        count = len(self.members)
        loss = torch.zeros(count, dtype=torch.float64, device=self.engine.device)
        correct = torch.zeros_like(loss)
        for inputs, labels in zip(images.inputs.split(EVALUATION_BATCH), images.labels.split(EVALUATION_BATCH), strict=True):
            logits = self.engine.network.forward(parameters, inputs.expand(count, *inputs.shape), _identity)
            losses = F.cross_entropy(logits.flatten(0, 1), labels.repeat(count), reduction="none")
            loss += losses.view(count, -1).double().sum(1)
            correct += (logits.argmax(2) == labels).double().sum(1)
        total = len(images.labels)
        return (loss / total).cpu().numpy(), (correct / total).cpu().numpy()

    def keep(self, better: np.ndarray) -> None:
        """Keeps the current weights of the networks where `better` [R] is true, as those of the early stop so far."""
        chosen = torch.from_numpy(better).to(self.engine.device)[:, None]
        torch.where(chosen, self.parameters.detach(), self.best, out=self.best)

    def weights(self) -> Parameters:
        """Copies of the current weights (no biases) on the CPU: float32 [R, *shape] by name."""
        return {name: view.detach().cpu().clone() for name, view in self._views(self.parameters).items() if name.endswith(".weight")}

    def state(self) -> dict[str, Tensor]:
        """All that continuing needs beyond the start: tensors by name."""
        moments = {f"moments.{name}": value for name, value in self.optimiser.moments.items()}
        return {"parameters": self.parameters.detach(), "best": self.best, "dropout": self.dropout.get_state(), **moments}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Continues where state() was taken."""
        with torch.no_grad():
            self.parameters.copy_(state["parameters"])
            self.best.copy_(state["best"])
            for name, value in self.optimiser.moments.items():
                value.copy_(state[f"moments.{name}"])
        self.dropout.set_state(state["dropout"])

    @functools.cached_property
    def _drop(self):
        rate = self.engine.network.dropout
        return functools.partial(_dropped, keep=1 - rate, generator=self.dropout) if rate else _identity

    def _views(self, flat: Tensor) -> Parameters:
        """[R, P] as named views [R, *shape]."""
        parts = flat.split([shape.numel() for shape in self.shapes.values()], 1)
        return {name: part.unflatten(1, shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}


def _flat(stack: Sequence[Parameters], device: torch.device) -> Tensor:
    """Parameters of R networks as one float32 tensor [R, P]."""
    return torch.stack([torch.cat([value.float().flatten() for value in parameters.values()]) for parameters in stack]).to(device)


def _identity(hidden: Tensor) -> Tensor:
    return hidden


def _dropped(hidden: Tensor, keep: float, generator: torch.Generator) -> Tensor:
    """Inverted dropout: units survive with probability `keep`, scaled by its inverse."""
    kept = torch.rand(hidden.shape, generator=generator, device=hidden.device) < keep
    return hidden * kept / keep
