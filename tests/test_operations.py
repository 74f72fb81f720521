"""What a step and an evaluation ask of torch, operation by operation: a list that was read once, so that a change is noticed and read again.

Each is deterministic on CUDA, may be captured in a graph, and waits for nothing; FORBIDDEN are those of torch's own list
(`torch.use_deterministic_algorithms`) that a network of this kind could slip into, and those that make the host wait. What they are called
is read on the CPU; on CUDA `native_batch_norm` is `cudnn_batch_norm`, whose sums are deterministic.
"""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import tiny

FORBIDDEN = {
    "_adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d_backward",
    "bincount",
    "cumsum",
    "index_add_",
    "index_put_",
    "put_",
    "reflection_pad2d_backward",
    "replication_pad2d_backward",
    "scatter_add_",
    "upsample_bilinear2d_backward",
    "_local_scalar_dense",
    "nonzero",
}

STEP = {
    "_log_softmax",
    "_log_softmax_backward_data",
    "add_",
    "cat",
    "detach",
    "div",
    "expand",
    "index",
    "index_select",
    "mul",
    "mul_",
    "nll_loss_backward",
    "nll_loss_forward",
    "ones_like",
    "relu",
    "squeeze",
    "sub_",
    "sum",
    "threshold_backward",
    "unsqueeze",
    "view",
}
ADAM = {"addcmul_", "div_", "lerp_", "split", "sqrt"}
DENSE = {"_unsafe_view", "baddbmm", "bmm", "clone", "lt", "transpose"} | ADAM
"""Dense layers of a stack as one product, dropout, Adam."""
CONVOLUTIONS = {
    "add",
    "arange",
    "constant_pad_nd",
    "convolution",
    "convolution_backward",
    "eq",
    "floor_divide",
    "gather",
    "remainder",
    "rsub",
    "select",
    "stack",
    "unbind",
    "where",
}
"""Augmentation too."""
BATCHNORM = {"addmm", "empty", "mean", "mm", "native_batch_norm", "native_batch_norm_backward", "t"}

POOLING = {"max_pool2d_with_indices", "max_pool2d_with_indices_backward"}
ALONE = {"addmm", "linear", "mm", "squeeze", "t", "unsqueeze"}
"""What a stack of one asks for instead: the products of its dense layers are no batch. All but the products are views."""

STEPS = {
    "lenet": STEP | DENSE,
    **dict.fromkeys(("conv2", "conv4", "conv6"), STEP | DENSE | CONVOLUTIONS | POOLING),
    "resnet18": STEP | CONVOLUTIONS | BATCHNORM,
    "vgg19": STEP | CONVOLUTIONS | BATCHNORM | POOLING,
}

EVALUATION = {
    "add_",
    "argmax",
    "cross_entropy_loss",
    "eq",
    "expand",
    "flatten",
    "relu",
    "repeat",
    "split",
    "split_with_sizes",
    "sum",
    "to",
    "unbind",
    "unflatten",
    "view",
    "zero_",
}
EVALUATIONS = {
    "lenet": EVALUATION | {"baddbmm", "transpose", "unsqueeze"},
    **dict.fromkeys(
        ("conv2", "conv4", "conv6"), EVALUATION | {"baddbmm", "contiguous", "conv2d", "max_pool2d", "stack", "transpose", "unsqueeze"}
    ),
    "resnet18": EVALUATION | {"add", "batch_norm", "conv2d", "linear", "mean", "stack"},
    "vgg19": EVALUATION | {"batch_norm", "conv2d", "linear", "max_pool2d", "mean", "stack"},
}


class Listing(TorchDispatchMode):
    """Names the operations that reach a device, and how much those copy that only lay something out anew."""

    def __init__(self):
        super().__init__()
        self.names: set[str] = set()
        self.clones: set[int] = set()

    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        name, result = operation.overloadpacket.__name__, operation(*arguments, **(named or {}))
        self.names.add(name)
        if name == "clone":
            self.clones.add(result.numel())
        return result


def trainer_of(network: str, networks: int, optimiser: str):
    """So many networks, as a GPU trains a stack, with all that a step can do."""
    changes = {"training.optimiser.name": optimiser, "training.optimiser.weight_decay": 0.01}
    changes |= {"network.width": 0.1} if network in tiny.DEEP else {"network.dropout": 0.5}
    if network != "lenet":
        changes |= {"training.augment": "flip-crop"}
    plan = tiny.experiment(network, changes)
    data = tiny.data_set(plan.data.name)
    made = tiny.engine(plan, data).trainer([tiny.member(tiny.ticket(plan, trial=trial), data) for trial in range(networks)])
    made._turn_to(0)
    return made


@pytest.fixture(params=STEPS)
def trainer(request):
    return trainer_of(request.param, 2, "momentum" if request.param in tiny.DEEP else "adam")


def assert_audited(names: set[str], audited: set[str]) -> None:
    assert names == audited, f"new: {sorted(names - audited)}, gone: {sorted(audited - names)}; read whether each is deterministic on CUDA"
    assert not names & FORBIDDEN


def test_the_operations_of_a_step_are_those_audited(trainer):
    with Listing() as listing:
        trainer._step()
    assert_audited(listing.names, STEPS[trainer.engine.network.name])


@pytest.mark.parametrize("optimiser", ["adam", "sgd", "momentum"])
@pytest.mark.parametrize("networks", [1, 2])
@pytest.mark.parametrize("network", ["lenet", "conv2", "resnet18"])
def test_neither_a_lone_network_nor_an_optimiser_asks_for_more(network, networks, optimiser):
    made = trainer_of(network, networks, optimiser)
    with Listing() as listing:
        made._step()
    assert listing.names <= STEPS[network] | ADAM | ALONE
    with Listing() as listing:
        made._sum_up("validation", made.parameters)
    assert listing.names <= EVALUATIONS[network] | ALONE


def test_no_weights_of_dense_layers_are_turned():
    """Of all that a step of Lenet makes, it copies the logits alone to lay them out anew."""
    plan, data = tiny.experiment(), tiny.data_set("mnist")
    made = tiny.engine(plan, data).trainer([tiny.member(tiny.ticket(plan, trial=trial), data) for trial in (0, 1)])
    made._turn_to(0)
    with Listing() as listing:
        made._step()
    assert listing.clones == {2 * plan.training.batch_size * 10}


def test_the_operations_of_an_evaluation_are_those_audited(trainer):
    with Listing() as listing:
        trainer._sum_up("validation", trainer.parameters)
    assert_audited(listing.names, EVALUATIONS[trainer.engine.network.name])


def test_what_makes_the_host_wait_is_seen():
    with Listing() as listing:
        torch.ones(1).item()
    assert listing.names & FORBIDDEN
