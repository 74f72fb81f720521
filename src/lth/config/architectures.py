"""The networks that an experiment may name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """One network, as params.yaml and figures know it."""

    title: str
    """What figures call it."""
    build: str
    """`module:function`, the function from a NetworkConfig to a Network: named, so that a word of params.yaml is checked without torch."""
    image: tuple[int, int, int] = (3, 32, 32)
    """Channels, height and width of what it takes."""
    takes: tuple[str, ...] = ()
    """Which keys of NetworkConfig it heeds beside `name` and `width`."""
    pruned: tuple[str, ...] = ("conv", "fc", "output")
    """Which rates of `pruning` its layers answer to."""
    deep: bool = False
    """Whether it is one of the paper's section 4: convolutions with batchnorm."""


ARCHITECTURES = {
    "lenet": Architecture("Lenet", "lth.networks.lenet:lenet", (1, 28, 28), ("dropout", "hidden", "deviation"), pruned=("fc", "output")),
    "conv2": Architecture("Conv-2", "lth.networks.conv:conv", takes=("dropout",)),
    "conv4": Architecture("Conv-4", "lth.networks.conv:conv", takes=("dropout",)),
    "conv6": Architecture("Conv-6", "lth.networks.conv:conv", takes=("dropout",)),
    "resnet18": Architecture("Resnet-18", "lth.networks.resnet:resnet", pruned=("conv",), deep=True),
    "vgg19": Architecture("VGG-19", "lth.networks.vgg:vgg", pruned=("conv",), deep=True),
}
"""By their names in params.yaml; docs/extending.md adds one."""
