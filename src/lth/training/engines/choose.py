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


def choose_engine(settings: Settings, network: Network, data: DataSet, plan: Plan) -> Engine:
    """The engine for a network on this machine, with the data on its device.

    `auto` takes the sparse engine for Lenet without dropout on the CPU, and torch for all else.
    Raises LthError where a GPU is asked for and there is none, or the sparse engine for what it cannot train.
    """
    device = device_kind(settings)
    can_be_sparse = device == "cpu" and network.name == "lenet" and not network.dropout
    if settings.engine == "sparse" and not can_be_sparse:
        raise LthError("params.yaml: engine: 'sparse' trains Lenet without dropout on the CPU; set it to auto or torch for anything else")
    if settings.engine != "torch" and can_be_sparse:
        from lth.training.engines.sparse import SparseEngine  # compiles, or loads what it compiled before

        return SparseEngine(network, data, plan)
    return TorchEngine(network, data, plan, device, settings.precision, settings.chunk_gib)


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
