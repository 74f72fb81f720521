"""The paper's networks: their sizes, their initialisation, and that a stack computes what each network alone does."""

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

import tiny
from lth.config import NetworkConfig
from lth.networks import EVALUATION, Mode, Network, build, keep_all

IMAGE = {"lenet": (1, 28, 28), "conv2": (3, 32, 32), "conv4": (3, 32, 32), "conv6": (3, 32, 32)} | dict.fromkeys(tiny.DEEP, (3, 32, 32))
NAMES = list(IMAGE)


def network(name: str, width: float = 1.0, dropout: float = 0.0) -> Network:
    return build(NetworkConfig(name=name, width=width, dropout=dropout))


def drawn(built: Network, key: int) -> dict[str, torch.Tensor]:
    """Parameters whose biases and statistics are not those of the beginning, so that a forgotten one shows."""
    generator = np.random.Generator(np.random.Philox(key=key))
    parameters = built.initial_parameters(generator)
    return {
        name: value + 0.1 * (torch.arange(value.numel()).view_as(value) % 3) * name.endswith(("bias", "running_mean", "running_var"))
        for name, value in parameters.items()
    }


@pytest.mark.parametrize(
    ("name", "weights", "convolutional"),
    [
        ("lenet", 266_200, 0),
        ("conv2", 4_300_992, 38_592),  # the paper: 4.3M / 38K
        ("conv4", 2_425_024, 259_776),  # 2.4M / 260K
        ("conv6", 2_261_184, 1_144_512),  # the paper's table says 1.7M / 1.1M, its description comes to this
        ("resnet18", 270_896, 267_696 + 2_560),  # 274K / 270K; its text says 271K
        ("vgg19", 20_024_000, 20_018_880),  # 20.0M
    ],
)
def test_weight_counts(name, weights, convolutional):
    built = network(name)
    assert built.weight_count == weights
    assert sum(layer.size for layer in built.layers if layer.kind == "conv") == convolutional
    assert sum(value.numel() for value in built.module().parameters() if value.dim() > 1) == weights
    assert [layer.name for layer in built.layers if layer.kind == "output"] == ["output"]
    assert built.layers[-1].name == "output"


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_module(name):
    built = network(name, width=0.25)
    parameters = built.initial_parameters(np.random.Generator(np.random.Philox(key=0)))
    state = {key: value for key, value in built.module().state_dict().items() if not key.endswith("num_batches_tracked")}
    assert {key: value.shape for key, value in parameters.items()} == {key: value.shape for key, value in state.items()}
    assert list(parameters) == list(state)
    assert all(value.dtype == torch.float32 for value in parameters.values())


@pytest.mark.parametrize("name", ["lenet", "conv4"])
def test_gaussian_glorot_initialisation(name):
    built = network(name)
    parameters = built.initial_parameters(np.random.Generator(np.random.Philox(key=0)))
    module = built.module()
    for layer in built.layers:
        values = parameters[layer.weight].double()
        reference = torch.nn.init.xavier_normal_(module.get_submodule(layer.name).weight.detach().clone())
        deviation = (2 / sum(torch.nn.init._calculate_fan_in_and_fan_out(reference))) ** 0.5
        n = values.numel()
        assert values.std().item() == pytest.approx(deviation, rel=5 / (2 * n) ** 0.5)
        assert abs(values.mean().item()) < 5 * deviation / n**0.5
        kurtosis = ((values / deviation) ** 4).mean().item()
        assert kurtosis == pytest.approx(3, abs=5 * (96 / n) ** 0.5), "not a Gaussian"
        assert not parameters[layer.bias].any()


@pytest.mark.parametrize("name", NAMES)
def test_a_stack_computes_what_each_network_alone_does(name):
    built = network(name, width=0.1)
    single = [drawn(built, key) for key in range(3)]
    stacked = {key: torch.stack([parameters[key] for parameters in single]) for key in single[0]}
    inputs = torch.rand(3, 5, *IMAGE[name], generator=torch.Generator().manual_seed(0))
    together = built.forward(stacked, inputs, EVALUATION)
    assert together.shape == (3, 5, 10)
    for position, parameters in enumerate(single):
        alone = built.forward({key: value[None] for key, value in parameters.items()}, inputs[position][None], EVALUATION)
        torch.testing.assert_close(together[position], alone[0])
        module = built.module().eval()
        module.load_state_dict(parameters)
        torch.testing.assert_close(alone[0], module(inputs[position]))


@pytest.mark.parametrize(
    ("name", "width", "hidden"),
    [
        ("lenet", 0.5, [150, 50]),
        ("lenet", 3.0, [900, 300]),
        ("lenet", 0.0001, [1, 1]),
        ("conv2", 0.25, [16, 16, 64, 64]),
        ("resnet18", 0.25, [4] * 7 + [8] * 7 + [16] * 7),
        ("vgg19", 0.125, [8] * 2 + [16] * 2 + [32] * 4 + [64] * 8),
    ],
)
def test_width_scales_every_hidden_layer(name, width, hidden):
    built = network(name, width)
    assert [layer.shape[0] for layer in built.layers] == [*hidden, 10]
    assert built.module().eval()(torch.zeros(1, *IMAGE[name])).shape == (1, 10)


def test_dropout_only_in_training():
    plain, dropping = (tiny.experiment(changes={"network.dropout": rate}) for rate in (0.0, 0.5))
    data = tiny.data_set("mnist")
    trainers = [tiny.engine(e, data).trainer([tiny.member(tiny.ticket(e), data)]) for e in (plain, dropping)]
    assert trainers[0].evaluate("test")[0] == trainers[1].evaluate("test")[0], "an evaluation drops nothing"
    assert trainers[1].evaluate("test")[0] == trainers[1].evaluate("test")[0]
    for trainer in trainers:
        trainer.advance(0, 3)
    assert trainers[0].evaluate("test")[0] != trainers[1].evaluate("test")[0], "training drops"


@pytest.mark.parametrize("name", ["lenet", "conv2"])
def test_dropout_is_applied_to_both_hidden_dense_layers(name):
    built = network(name, width=0.1, dropout=0.5)
    seen = []
    parameters = {key: value[None] for key, value in drawn(built, 0).items()}
    built.forward(parameters, torch.rand(1, 4, *IMAGE[name]), Mode(True, lambda hidden: seen.append(hidden.shape) or hidden))
    assert seen == [(1, 4, layer.shape[0]) for layer in built.layers if layer.kind == "fc"]
    assert [module.p for module in built.module().modules() if isinstance(module, torch.nn.Dropout)] == [0.5, 0.5]


def test_lenet_takes_hidden_widths_and_a_deviation():
    small = build(NetworkConfig(name="lenet", width=1.0, dropout=0.0, hidden=(25, 9), deviation=0.4))
    assert [layer.shape for layer in small.layers] == [(25, 784), (9, 25), (10, 9)]
    assert small.weight_count == 19_915
    values = small.initial_parameters(np.random.Generator(np.random.Philox(key=2)))["fc1.weight"]
    assert values.std().item() == pytest.approx(0.4, rel=0.03)
    assert [tuple(value.shape) for value in small.module().state_dict().values()][::2] == [layer.shape for layer in small.layers]


@pytest.mark.parametrize(
    ("name", "prunable", "never", "sides"),
    [
        ("resnet18", 267_696, [512, 2_048, 640], [32] * 7 + [16] * 7 + [8] * 7 + [1]),  # together 2,560 of shortcuts, 640 of the output
        ("vgg19", 20_018_880, [5_120], [32] * 2 + [16] * 2 + [8] * 4 + [4] * 4 + [2] * 4 + [1]),
    ],
)
def test_what_may_be_pruned_and_how_large_images_are_there(name, prunable, never, sides):
    built = network(name)
    assert sum(layer.size for layer in built.layers if layer.group == "conv") == prunable
    assert [layer.size for layer in built.layers if layer.group is None] == never
    assert {layer.group for layer in built.layers} == {"conv", None}
    assert [layer.side for layer in built.layers] == sides


@pytest.mark.parametrize("name", tiny.DEEP)
def test_batchnorm_begins_with_ones_and_zeros(name):
    built = network(name, width=0.25)
    parameters = built.initial_parameters(np.random.Generator(np.random.Philox(key=0)))
    constant = {"bias": 0.0, "running_mean": 0.0, "running_var": 1.0, "weight": 1.0}
    for variable in built.variables:
        value, kind = parameters[variable.name], variable.name.rpartition(".")[2]
        if variable.role == "weight":
            assert value.dim() > 1
            assert value.std() > 0
        else:
            assert (value == constant[kind]).all()
    assert {variable.name.rpartition(".")[2] for variable in built.variables if not variable.trained} == {"running_mean", "running_var"}
    module = built.module()
    module.load_state_dict(parameters)
    assert all((parameters[key] == value).all() for key, value in module.state_dict().items() if key in parameters)


class Layouts(TorchDispatchMode):
    """Whether channels are last in what a forward pass makes of images: of four dimensions, and no weights."""

    def __init__(self):
        super().__init__()
        self.last: dict[str, set[bool]] = {}

    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        result, name = operation(*arguments, **(named or {})), operation.overloadpacket.__name__
        for value in result if isinstance(result, tuple | list) else [result]:
            if isinstance(value, torch.Tensor) and value.dim() == 4 and name not in ("squeeze", "clone"):
                self.last.setdefault(name, set()).add(value.is_contiguous(memory_format=torch.channels_last))
        return result


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("kernels", "names", "last"),
    [
        ("cpu", ["conv2", "conv6"], True),
        ("cpu", tiny.DEEP, False),
        ("ieee", ["conv2", "conv6", *tiny.DEEP], False),
        ("tf32", ["conv2", "conv6", *tiny.DEEP], True),
    ],
)
def test_the_memory_format_is_that_of_the_kernels(kernels, names, last, training):
    """From the first convolution to the last, on a CPU or a GPU that only notes which operations it gets."""
    device = "cpu" if kernels == "cpu" else "cuda"
    if device == "cuda" and not torch.backends.cuda.is_built():
        pytest.skip("torch was built without CUDA")
    for name in names:
        built = network(name, width=0.25)
        with FakeTensorMode():
            parameters = {variable.name: torch.empty(1, *variable.shape, device=device) for variable in built.variables}
            with Layouts() as layouts:
                built.forward(parameters, torch.empty(1, 4, *IMAGE[name], device=device), Mode(training, keep_all, kernels))
        assert {"convolution", "relu"} <= layouts.last.keys()
        assert all(seen == {last} for seen in layouts.last.values()), (name, layouts.last)


@pytest.mark.parametrize("name", ["conv2", "conv6", *tiny.DEEP])
def test_channels_first_computes_the_same(name):
    built = network(name, width=0.1)
    parameters = {key: value[None] for key, value in drawn(built, 0).items()}
    inputs = torch.rand(1, 5, *IMAGE[name], generator=torch.Generator().manual_seed(0))
    logits = [built.forward(parameters, inputs, Mode(False, keep_all, kernels)) for kernels in ("cpu", "ieee")]
    torch.testing.assert_close(*logits)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_pooling_before_relu_has_the_bits_of_pooling_after(layout):
    """Forwards and backwards, ties and windows without a positive number included."""
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(8, 6, 16, 16, generator=generator).mul(2).round().div(2).add(0.0)
    hidden[:, :2] -= 2
    hidden = hidden.contiguous(memory_format=layout)
    seen = []
    for forward in (lambda h: torch.max_pool2d(torch.relu(h), 2), lambda h: torch.relu(torch.max_pool2d(h, 2))):
        leaf = hidden.clone().requires_grad_()
        out = forward(leaf)
        (gradient,) = torch.autograd.grad(out, leaf, torch.linspace(-1, 1, out.numel()).view_as(out))
        seen.append([value.detach().contiguous().view(torch.int32) for value in (out, gradient)])
    assert all(torch.equal(one, two) for one, two in zip(*seen, strict=True))
    assert (seen[0][0] == 0).float().mean() > 0.3
