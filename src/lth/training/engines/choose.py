"""Which engine trains what: a function of params and the kind of device, never of timing or load."""

import torch

from lth import paths
from lth.config import Settings
from lth.config.grammar import parse_yaml
from lth.data import DataSet
from lth.errors import LthError
from lth.networks import Network
from lth.storage import read
from lth.training.engines.torch import TorchEngine
from lth.training.loop import Engine
from lth.training.plan import Plan

CONVOLUTIONAL = ("conv2", "conv4", "conv6")
"""What the sparse kernels of convolutions train."""


def choose_engine(settings: Settings, network: Network, data: DataSet, plan: Plan) -> Engine:
    """The engine for a network on this machine, with the data on its device.

    `auto` takes the sparse kernels on the CPU for what they can train, and torch for all else.
    Raises LthError where a GPU is asked for and there is none, or the sparse kernels for what they cannot train.
    """
    device = device_kind(settings)
    sparse = device == "cpu" and can_be_sparse(network) and not plan.training.augment
    if settings.engine == "sparse" and not sparse:
        able = "Lenet without dropout, Conv-2, Conv-4 and Conv-6 on the CPU, none with augmentation"
        raise LthError(f"params.yaml: engine: 'sparse' trains {able}; set it to auto or torch for anything else")
    if settings.engine != "torch" and sparse:
        return _sparse_engine(network, data, plan)
    return TorchEngine(network, data, plan, device, plan.training.precision_under(settings), settings.chunk_gib)


def can_be_sparse(network: Network) -> bool:
    """Whether there are sparse kernels for a network, on a CPU."""
    return network.name in CONVOLUTIONAL or (network.name == "lenet" and not network.dropout)


def _sparse_engine(network: Network, data: DataSet, plan: Plan) -> Engine:
    """Imports the kernels, which compiles them, or loads what was compiled before."""
    if network.name == "lenet":
        from lth.training.engines.sparse import SparseEngine as engine
    else:
        from lth.training.engines.sparse_convolution import SparseConvolutionEngine as engine
    return engine(network, data, plan)


def device_kind(settings: Settings) -> str:
    """`cpu` or `cuda`."""
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise LthError("params.yaml: device: 'cuda' asks for a GPU, but torch sees none; set it to auto or cpu, or mend the driver")
    if settings.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return settings.device


def numerics_id(network: str, engine: str) -> str:
    """The declared id of an engine's arithmetic for a network; it changes when results do (tests/test_golden.py holds it)."""
    file = paths.NUMERICS / f"{network}.yaml"
    ids = read(file, lambda content: dict(parse_yaml(content)))
    if not isinstance(ids.get(engine), int):
        raise LthError(
            f"{paths.shown(file)}: {engine} must be declared with a whole number, not {ids.get(engine)!s:.60}; restore it with git"
        )
    return f"{engine}-{ids[engine]}"


def device_name(device: torch.device) -> str:
    """`cpu`, or the GPU's name."""
    return "cpu" if device.type == "cpu" else torch.cuda.get_device_name(device)
