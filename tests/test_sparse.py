"""The sparse engine against plain PyTorch, and the promises it makes: exact splits, exact zeros, NaN when diverging."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from lth import paths
from lth.data import load_data
from lth.training.engines import kernels as sparse
from lth.training.engines.kernels import adam, sgd

torch.set_num_threads(1)
LENET, SMALL = (784, 300, 100, 10), (784, 25, 9, 10)
OPTIMISERS = {"adam": adam(), "adam-decay": adam(weight_decay=1e-2), "sgd": sgd(), "momentum": sgd(0.9), "momentum-decay": sgd(0.9, 1e-2)}
RATES = {"adam": 1.2e-3, "adam-decay": 1.2e-3, "sgd": 0.1, "momentum": 0.05, "momentum-decay": 0.05}


@pytest.fixture(scope="module")
def mnist():
    """The first 6,000 training images, L2-normalised: float32 [N, 784], uint8 [N]."""
    if not (paths.DATA / "mnist.safetensors").is_file():
        pytest.skip("data/mnist.safetensors is not there: run `dvc repro data`")
    images = load_data("mnist", "l2").train.first(6000)
    return images.inputs.flatten(1).numpy(), images.labels.numpy().astype(np.uint8)


def network(widths, percent, seed=0):
    """Masks and an untrained state at percent_remaining, weights scaled so that sparse networks still learn."""
    rng = np.random.default_rng(seed)
    shapes = list(zip(widths[1:], widths, strict=False))
    masks = [rng.random(shape) < percent / 100 for shape in shapes]
    weights = [rng.normal(0, (2 / sum(shape)) ** 0.5, shape).astype(np.float32) * mask for shape, mask in zip(shapes, masks, strict=False)]
    return masks, sparse.start(weights, [np.zeros(len(mask)) for mask in masks])


def batches_of(steps, size=60, seed=0, examples=6000):
    rng = np.random.default_rng(seed)
    return np.stack([rng.choice(examples, size, replace=False) for _ in range(steps)]).astype(np.int32)


def train(masks, state, examples, batches, rate, optimiser, iteration=0):
    net = sparse.lay_out(masks, state)
    losses = sparse.advance(net, examples, batches, np.full(len(batches), rate), optimiser, iteration)
    return sparse.dense(net, masks), losses


def reference(masks, state, mnist, batches, rate, optimiser, dtype=torch.float64):
    """Plain PyTorch: (values [out, in + 1] a layer, losses)."""
    values = [torch.tensor(layer, dtype=dtype).requires_grad_() for layer in state.weights]
    kept = [torch.tensor(np.pad(mask, ((0, 0), (0, 1)), constant_values=True)) for mask in masks]
    if optimiser.adaptive:
        steps = torch.optim.Adam(values, rate, weight_decay=optimiser.weight_decay)
    else:
        steps = torch.optim.SGD(values, rate, optimiser.beta1, weight_decay=optimiser.weight_decay)
    features, labels = torch.tensor(mnist[0], dtype=dtype), torch.tensor(mnist[1]).long()
    losses = []
    for batch in torch.tensor(batches).long():
        loss = torch.nn.functional.cross_entropy(forward(values, features[batch]), labels[batch])
        steps.zero_grad()
        loss.backward()
        for value, keep in zip(values, kept, strict=False):
            value.grad *= keep
        steps.step()
        losses.append(loss.item())
    return [value.detach().numpy() for value in values], np.array(losses)


def forward(values, x):
    for value in values[:-1]:
        x = torch.relu(x @ value[:, :-1].T + value[:, -1])
    return x @ values[-1][:, :-1].T + values[-1][:, -1]


def same(a, b):
    return all(np.array_equal(x, y, equal_nan=True) for group in zip(a, b, strict=False) for x, y in zip(*group, strict=False))


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("percent", [100, 51.3, 21.1, 3.6, 1.2, 0.3])
def test_follows_pytorch(mnist, name, percent):
    masks, state = network(LENET, percent)
    batches = batches_of(10)
    got, losses = train(masks, state, sparse.sparse_examples(*mnist), batches, RATES[name], OPTIMISERS[name])
    expected, expected_losses = reference(masks, state, mnist, batches, RATES[name], OPTIMISERS[name])
    np.testing.assert_allclose(losses, expected_losses, rtol=2e-5)
    for layer, true, mask in zip(got.weights, expected, masks, strict=False):
        # Adam divides by the size of a gradient, so that one of rounding's size may still move a weight by some of a step.
        off = np.abs(layer - true)
        assert off.max() < 0.2 * RATES[name]
        assert np.quantile(off, 0.999) < 1e-5
        assert not layer[:, :-1][~mask].any()


def test_long_run_ends_where_pytorch_does(mnist):
    masks, state = network(SMALL, 21.1)
    batches = batches_of(400)
    _got, losses = train(masks, state, sparse.sparse_examples(*mnist), batches, 1.2e-3, adam())
    _, expected = reference(masks, state, mnist, batches, 1.2e-3, adam(), torch.float32)
    np.testing.assert_allclose(losses, expected, rtol=2e-2, atol=2e-3)
    assert losses[-50:].mean() < 0.85 * losses[:50].mean()


@pytest.mark.parametrize("percent", [60, 5])
@pytest.mark.parametrize(
    ("widths", "size"),
    [
        ((784, 30, 10), 1),
        ((784, 70, 65, 64, 10), 17),
        ((784, 130, 10), 64),
        ((784, 9, 80), 150),
        ((784, 25, 9, 10), 60),
        ((784, 900, 300, 10), 60),
    ],
)
def test_any_shape_and_batch(mnist, percent, widths, size):
    masks, state = network(widths, percent)
    batches = batches_of(5, size)
    _, losses = train(masks, state, sparse.sparse_examples(*mnist), batches, 0.1, sgd())
    np.testing.assert_allclose(losses, reference(masks, state, mnist, batches, 0.1, sgd())[1], rtol=2e-5)


@pytest.mark.parametrize("percent", [100, 10])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_an_empty_layer_still_trains_biases(mnist, percent, layer):
    masks, state = network(SMALL, percent)
    masks[layer][:] = False
    state = sparse.dense(sparse.lay_out(masks, state), masks)
    optimiser = sgd(0.9, 1e-2)  # not Adam, which makes a step of a gradient of rounding's size
    got, losses = train(masks, state, sparse.sparse_examples(*mnist), batches_of(10), 0.05, optimiser)
    expected, expected_losses = reference(masks, state, mnist, batches_of(10), 0.05, optimiser)
    np.testing.assert_allclose(losses, expected_losses, rtol=2e-5)
    assert got.weights[-1][:, -1].any()
    for ours, true in zip(got.weights, expected, strict=False):
        np.testing.assert_allclose(ours, true, atol=1e-5)


@pytest.mark.parametrize("percent", [51.3, 3.6])
@pytest.mark.parametrize("name", ["adam-decay", "momentum"])
def test_split_calls_and_threads_change_no_bit(mnist, percent, name):
    masks, state = network(LENET, percent)
    examples, batches = sparse.sparse_examples(*mnist), batches_of(100)
    whole, losses = train(masks, state, examples, batches, RATES[name], OPTIMISERS[name])

    def quarters(_):
        values = state
        for start in range(0, 100, 25):
            values, part = train(masks, values, examples, batches[start : start + 25], RATES[name], OPTIMISERS[name], start)
            assert np.array_equal(part, losses[start : start + 25])
        return values

    with ThreadPoolExecutor(2) as pool:
        assert all(same(whole, values) for values in pool.map(quarters, range(2)))


@pytest.mark.parametrize("percent", [100, 51.3, 3.6])
def test_dense_state_survives_the_layout(percent):
    masks, state = network(LENET, percent)
    full = state._replace(first_moments=[layer + 1 for layer in state.weights])
    kept = [np.pad(mask, ((0, 0), (0, 1)), constant_values=True) for mask in masks]
    back = sparse.dense(sparse.lay_out(masks, full), masks)
    assert same(back[:1], full[:1])
    assert same(back[1:2], [[layer * keep for layer, keep in zip(full.first_moments, kept, strict=False)]])


@pytest.mark.parametrize("percent", [100, 51.3, 3.6])
@pytest.mark.parametrize(("optimiser", "rate"), [(adam(), 1e20), (sgd(), 1e20), (sgd(), np.inf)])
def test_divergence_shows_in_the_loss(mnist, percent, optimiser, rate):
    masks, state = network(LENET, percent)
    got, losses = train(masks, state, sparse.sparse_examples(*mnist), batches_of(20), rate, optimiser)
    assert np.isfinite(losses[0])
    assert not np.isfinite(losses[-1])
    assert all(not layer[:, :-1][~mask].any() for layer, mask in zip(got.weights, masks, strict=False))


@pytest.mark.parametrize("percent", [100, 21.1, 1.2])
def test_evaluation_is_pytorchs(mnist, percent):
    masks, state = network(LENET, percent)
    chosen = np.arange(1000, 5999, dtype=np.int32)
    loss, correct = sparse.evaluate(sparse.lay_out(masks, state), sparse.sparse_examples(*mnist), chosen)
    logits = forward([torch.tensor(layer).double() for layer in state.weights], torch.tensor(mnist[0][chosen]).double())
    labels = torch.tensor(mnist[1][chosen]).long()
    assert loss == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item(), rel=1e-6)
    assert abs(correct - (logits.argmax(1) == labels).sum().item()) <= 2


def test_the_first_of_equal_logits_is_the_prediction(mnist):
    masks, state = network(SMALL, 0)
    chosen = np.arange(6000, dtype=np.int32)
    loss, correct = sparse.evaluate(sparse.lay_out(masks, state), sparse.sparse_examples(*mnist), chosen)
    assert loss == pytest.approx(np.log(10))
    assert correct == (mnist[1] == 0).sum()


TRAINS = """
import hashlib, sys
import numpy as np
from lth.training.engines import kernels as sparse

rng = np.random.default_rng(0)
features = (rng.random((200, 784)) * (rng.random((200, 784)) < 0.2)).astype(np.float32)
examples = sparse.sparse_examples(features, rng.integers(0, 10, 200))
batches = rng.integers(0, 200, (50, 60)).astype(np.int32)
for kept in (0.9, 0.1):
    masks = [rng.random(shape) < kept for shape in ((300, 784), (100, 300), (10, 100))]
    weights = [rng.normal(0, 0.06, mask.shape).astype(np.float32) * mask for mask in masks]
    network = sparse.lay_out(masks, sparse.start(weights, [np.zeros(len(mask)) for mask in masks]))
    if "evaluate" in sys.argv:
        sparse.evaluate(network, examples, np.arange(200, dtype=np.int32))
    sparse.advance(network, examples, batches, np.full(50, 1e-3), sparse.adam(), 0)
    loss, _ = sparse.evaluate(network, examples, np.arange(200, dtype=np.int32))
    print(hashlib.sha256(network.weight.tobytes()).hexdigest(), loss)
"""


def test_compiled_code_gives_the_same_bits_fresh_or_cached_in_any_order(tmp_path):
    """A stage's first run compiles, its next ones load what was compiled; a resumed one trains before it evaluates."""

    def trained(*words: str) -> str:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        return subprocess.run([sys.executable, "-c", TRAINS, *words], env=environment, capture_output=True, text=True, check=True).stdout

    compiled = trained("evaluate")
    assert trained("evaluate") == compiled
    assert trained() == compiled
