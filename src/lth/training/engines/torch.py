"""The torch engine: stacks of any network, on the CPU and on CUDA.

On the CPU a chunk is one network on one thread, so that a result depends neither on its neighbours nor on the number of threads. On
CUDA a chunk is as many networks as the stated memory holds, advanced by one program: everything lives on the card, and an iteration is
a graph that is captured once and replayed, so that the host launches it and nothing more.
"""

import functools
import os
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lth.config import Precision
from lth.data import DataSet, Split
from lth.errors import LthError
from lth.machine import can_compile_triton, cores
from lth.networks import Kernels, Mode, Network, Parameters, keep_all
from lth.training.augmentation import flip_crop, variations
from lth.training.dropout import Dropout
from lth.training.engines.capture import captured
from lth.training.engines.memory import EVALUATION_BATCH, GIB, chunk_size
from lth.training.optimisers import optimiser
from lth.training.plan import BatchOrder, Plan, learning_rates
from lth.training.stack import Member


def library(device: str, precision: Precision, *, fused: bool) -> str:
    """The version, and what rounding on a GPU depends on beside it."""
    version = f"torch {torch.__version__.split('+')[0]}"
    return version if device == "cpu" else f"{version}, {precision}" + ("" if fused else ", without Triton")


class TorchEngine:
    """Trains chunks of a stack with torch."""

    name = "torch"

    def __init__(self, network: Network, data: DataSet, plan: Plan, device: str, precision: Precision, chunk_gib: float):
        self.network = network
        self.plan = plan
        self.device = torch.device(device)
        self.kernels: Kernels = "cpu" if device == "cpu" else precision
        self.fused = device == "cuda" and can_compile_triton()
        self.library = library(device, precision, fused=self.fused)
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic with it
        torch.set_deterministic_debug_mode("error")  # as use_deterministic_algorithms(True), without that one's slow imports
        torch.utils.deterministic.fill_uninitialized_memory = False  # a check of torch's own that costs a tenth of a step
        set_precision(precision)
        torch.set_num_threads(1)
        if device == "cuda" and (free := torch.cuda.mem_get_info()[0] / GIB) < chunk_gib:
            raise LthError(
                f"params.yaml: chunk_gib: {chunk_gib} GiB a chunk of networks, but the GPU has {free:.1f} GiB free; set it to less"
            )
        self.workers = cores() if device == "cpu" else 1
        self.chunk_size = chunk_size(network, plan, len(data.train.labels), device, chunk_gib)
        self.alignment = 1 if device == "cpu" else 64
        self.images = self._moved(data.train)
        self.splits = {
            "train": self.images.first(plan.evaluation.train_images),
            "validation": self._moved(data.validation.first(plan.evaluation.validation_images)),
            "test": self._moved(data.test.first(plan.evaluation.test_images)),
        }

    def trainer(self, members: Sequence[Member]) -> "TorchTrainer":
        """A chunk of the stack, ready to train from its first iteration, which is one for all of it."""
        torch.set_num_threads(1)  # a thread of its own needs it said again
        return TorchTrainer(self, members)

    def _moved(self, split: Split) -> Split:
        return Split(split.inputs.to(self.device), split.labels.to(self.device))


def set_precision(precision: Precision) -> None:
    """Of all float32 matrix products and convolutions of this process on CUDA."""
    torch.set_float32_matmul_precision("highest" if precision == "ieee" else "high")
    torch.backends.cudnn.allow_tf32 = precision == "tf32"


class TorchTrainer:
    """R networks in training. Their parameters are one tensor [R, P], of which each named parameter is a view [R, *shape].

    What is trained comes first in a row, then batchnorm's statistics: they have no gradient and, like pruned weights, a mask of zeros, so
    that neither decay nor optimiser moves them; the forward pass of a step does. On CUDA each network's row is padded with zeros: kernels
    for aligned memory are faster, and all rows get the same ones.

    A step takes nothing from the host: it looks up its images, their variations and its scales in the tables of the present epoch, at a
    position that it advances itself.
    """

    def __init__(self, engine: TorchEngine, members: Sequence[Member]):
        self.engine = engine
        self.members = members
        self.first = members[0].first
        device, networks, training = engine.device, len(members), engine.plan.training
        starts = [member.start() for member in members]
        variables = sorted(engine.network.variables, key=lambda variable: not variable.trained)
        self.shapes = {variable.name: torch.Size(variable.shape) for variable in variables}
        trained, numbers = (sum(v.size for v in variables if v.trained), sum(v.size for v in variables))
        self.padding = torch.zeros(networks, -numbers % engine.alignment, device=device)
        self.parameters = self._flat([start.parameters for start in starts])
        may_move = {variable.name: torch.full(variable.shape, variable.trained) for variable in variables}
        self.mask = self._flat([may_move | start.mask for start in starts])
        self.best = self.parameters.clone()
        self.gradient = torch.empty_like(self.parameters)
        self.no_gradient = torch.zeros(networks, numbers - trained + self.padding.shape[1], device=device)
        views = self._views(self.parameters)
        self.leaves = {v.name: views[v.name].requires_grad_() for v in variables if v.trained}
        # by `data`, or autograd might take a statistic that the forward pass moves for a change of weights that it still needs as they were
        self.variables = self._views(self.parameters.data) | self.leaves
        self.optimiser = optimiser(training.optimiser, self.parameters, fused=engine.fused)
        self.dropout = Dropout(engine.network, training.batch_size, [member.dropout_seed for member in members], device)
        self.dropout.skip(self.first)
        self.epoch = -1
        self.position = torch.zeros(1, dtype=torch.int64, device=device)
        per_epoch = members[0].order.per_epoch
        self.orders = torch.zeros(per_epoch, networks, training.batch_size, dtype=torch.int64, device=device)
        self.variations = torch.zeros_like(self.orders) if training.augment else None
        self.scales = self.optimiser.scales(torch.zeros(per_epoch, networks, 1), 0).to(device)
        self.sums = torch.zeros(2, networks, dtype=torch.float64, device=device)

    def advance(self, start: int, stop: int) -> None:
        """Trains iterations start … stop - 1."""
        for epoch, first, last in self.members[0].order.by_epoch(start, stop):
            self._turn_to(epoch)
            step = self._step if self.engine.device.type == "cpu" else self._captured_step
            self.position.fill_(first)
            for _ in range(first, last):
                self.dropout.draw()
                step()

    def _turn_to(self, epoch: int) -> None:
        """Fills the tables for the iterations of an epoch."""
        if epoch == self.epoch:
            return
        self.orders.copy_(self._drawn(BatchOrder.epoch, epoch))
        if self.variations is not None:
            self.variations.copy_(self._drawn(variations, epoch))
        start = epoch * len(self.orders)
        rates = np.stack([learning_rates(member.optimiser, start, start + len(self.orders)) for member in self.members], 1)
        self.scales.copy_(self.optimiser.scales(torch.from_numpy(rates[:, :, None]).float(), start - self.first))
        self.epoch = epoch

    def _drawn(self, draw: Callable[[BatchOrder, int], np.ndarray], epoch: int) -> Tensor:
        """What each network's iterations of an epoch draw, int64 [per_epoch, R, batch]: once for those that share it."""
        drawn = {order: draw(order, epoch) for order in {member.order for member in self.members}}
        return torch.from_numpy(np.stack([drawn[member.order] for member in self.members], 1))

    def _step(self) -> None:
        """The iteration at the present position of the epoch."""
        images = self.engine.images
        indices = self.orders.index_select(0, self.position).squeeze(0)
        inputs = images.inputs[indices]
        if self.variations is not None:
            variation = self.variations.index_select(0, self.position).flatten()
            inputs = flip_crop(inputs.flatten(0, 1), variation).view_as(inputs)
        logits = self.engine.network.forward(self.variables, inputs, Mode(True, self.dropout.mask(), self.engine.kernels))
        losses = F.cross_entropy(logits.flatten(0, 1), images.labels[indices].flatten(), reduction="none")
        gradients = torch.autograd.grad(losses.sum() / indices.shape[1], list(self.leaves.values()))
        with torch.no_grad():
            torch.cat([*(gradient.flatten(1) for gradient in gradients), self.no_gradient], 1, out=self.gradient)
            scales = self.scales.index_select(0, self.position).squeeze(0)
            self.optimiser.step(self.parameters, self.gradient, self.mask, scales)
        self.position.add_(1)

    @functools.cached_property
    def _captured_step(self) -> Callable[[], None]:
        """_step() as a CUDA graph."""
        before = {name: value.to("cpu", copy=True) for name, value in self.state().items()}
        self.position.zero_()
        step = captured(self._step)
        self.load_state(before)
        return step

    def evaluate(self, split: str, *, best: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Mean cross-entropy and accuracy of each network on one split, in evaluation mode: float64 [R] each.

        best: of the weights kept last rather than of the current ones.
        """
        if split == "validation" and not best and self.engine.device.type == "cuda":
            self._captured_validation()
        else:
            self._sum_up(split, self.best if best else self.parameters)
        loss, accuracy = (self.sums / len(self.engine.splits[split].labels)).cpu().numpy()
        return loss, accuracy

    @torch.inference_mode()
    def _sum_up(self, split: str, flat: Tensor) -> None:
        """Fills `sums` with each network's cross-entropy and number of correct answers, summed over a split."""
        images, parameters, count = self.engine.splits[split], self._views(flat), len(self.members)
        size, mode = EVALUATION_BATCH[self.engine.device.type], Mode(False, keep_all, self.engine.kernels)
        loss, correct = self.sums.zero_()
        for inputs, labels in zip(images.inputs.split(size), images.labels.split(size), strict=True):
            logits = self.engine.network.forward(parameters, inputs.expand(count, *inputs.shape), mode)
            losses = F.cross_entropy(logits.flatten(0, 1), labels.repeat(count), reduction="none")
            loss += losses.view(count, -1).double().sum(1)
            correct += (logits.argmax(2) == labels).double().sum(1)

    @functools.cached_property
    def _captured_validation(self) -> Callable[[], None]:
        """What every evaluation point measures, as a CUDA graph."""
        return captured(lambda: self._sum_up("validation", self.parameters))

    def keep(self, better: np.ndarray) -> None:
        """Keeps the current weights of the networks where `better` [R] is true, as those of the early stop so far."""
        chosen = torch.from_numpy(better).to(self.engine.device)[:, None]
        torch.where(chosen, self.parameters.detach(), self.best, out=self.best)

    def snapshot(self) -> Parameters:
        """Copies of the current parameters on the CPU: float32 [R, *shape] by name."""
        return {name: view.detach().cpu().clone() for name, view in self._views(self.parameters).items()}

    def state(self) -> dict[str, Tensor]:
        """All that continuing needs beyond the start: tensors by name."""
        moments = {f"moments.{name}": value for name, value in self.optimiser.moments.items()}
        return {"parameters": self.parameters.detach(), "best": self.best, "dropout": self.dropout.state(), **moments}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Continues where state() was taken."""
        with torch.no_grad():
            self.parameters.copy_(state["parameters"])
            self.best.copy_(state["best"])
            for name, value in self.optimiser.moments.items():
                value.copy_(state[f"moments.{name}"])
        self.dropout.load_state(state["dropout"])

    def _views(self, flat: Tensor) -> Parameters:
        """[R, P] as named views [R, *shape]."""
        *parts, _ = flat.split([*(shape.numel() for shape in self.shapes.values()), self.padding.shape[1]], 1)
        return {name: part.unflatten(1, shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}

    def _flat(self, stack: Sequence[Parameters]) -> Tensor:
        """Tensors of R networks, parameters or masks, as one float32 tensor [R, P]."""
        rows = [torch.cat([parameters[name].float().flatten() for name in self.shapes]) for parameters in stack]
        return torch.cat([torch.stack(rows).to(self.engine.device), self.padding], 1)
