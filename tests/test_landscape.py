"""The landscape around a network: directions, the plane through three networks, and the curvature, on cases whose answer is known."""

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure as Canvas
from torch.autograd.functional import hessian
from torch.func import functional_call

import tiny
from lth.anatomy.connectivity import survivors
from lth.anatomy.curvature import extremes
from lth.anatomy.curvature import hessian as hessian_product
from lth.anatomy.landscape import Plane, direction, moved
from lth.data import Split
from lth.networks import build
from lth.plots.landscape import FLOOR, colour_bar, contours, levels


def test_directions_are_as_long_as_each_unit_in_its_subspace():
    parameters = {"fc.weight": torch.tensor([[3.0, 4.0, 0.0], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), "fc.bias": torch.ones(3)}
    mask = survivors(parameters)
    found = direction(parameters, mask, np.random.Generator(np.random.Philox(key=1)))
    assert found["fc.weight"].norm(dim=1).tolist() == pytest.approx([5, 0, 2])
    assert not found["fc.weight"][~mask["fc.weight"]].any()
    assert not found["fc.bias"].any()
    full = direction(parameters, {"fc.weight": torch.ones(3, 3, dtype=bool)}, np.random.Generator(np.random.Philox(key=1)))
    assert full["fc.weight"].norm(dim=1).tolist() == pytest.approx([5, 0, 2])
    assert full["fc.weight"][0, 2] != 0
    assert moved(parameters, 2.0, found, 0.0, full)["fc.weight"][2].tolist() == pytest.approx(
        [0, 2 + 2 * float(found["fc.weight"][2, 1]), 0]
    )


def test_a_plane_holds_its_three_networks():
    three = [
        {"a": torch.tensor(values[:2]), "b": torch.tensor([values[2:]]).float()} for values in ([1.0, 0, 0], [1.0, 3, 0], [1.0, 1, 2.0])
    ]
    plane = Plane.through(*three)
    assert plane.places == ((0, 0), (3, 0), (pytest.approx(1), pytest.approx(2)))
    for network, (x, y) in zip(three, plane.places, strict=True):
        for name, value in plane.at(x, y).items():
            assert torch.allclose(value, network[name], atol=1e-6)
    x, y = plane.grid(5, 0.5)
    assert (x[0], x[-1], y[0], y[-1]) == pytest.approx((-1.5, 4.5, -1, 3))


def test_eigenvalues_are_those_of_the_whole_hessian():
    """Of a network of some 250 weights, against torch's own Hessian and eigvalsh."""
    network = build(tiny.experiment("lenet", {"network.width": 1.0, "network.hidden": [2, 5]}).network)
    generator = np.random.Generator(np.random.Philox(key=2))
    parameters = network.initial_parameters(generator)
    mask = {
        layer.weight: torch.from_numpy(generator.random(layer.shape) < (0.08 if layer.name == "fc1" else 1)) for layer in network.layers
    }
    images = Split(torch.from_numpy(generator.random((40, 1, 28, 28))).float(), torch.from_numpy(generator.integers(0, 10, 40)))
    product, size = hessian_product(network, parameters, mask, images)
    assert 150 < size < 300
    kept = {name: mask.get(name, torch.ones_like(value, dtype=torch.bool)) for name, value in parameters.items()}
    start = torch.cat([value[kept[name]] for name, value in parameters.items()])

    def loss(vector):
        parts, values = list(vector.split([int(mask.sum()) for mask in kept.values()])), {}
        for name, value in parameters.items():
            values[name] = value.masked_scatter(kept[name], parts.pop(0))
        return torch.nn.functional.cross_entropy(functional_call(network.module(), values, (images.inputs,)), images.labels)

    exact = torch.linalg.eigvalsh(hessian(loss, start).double()).numpy()
    values, residuals = extremes(product, size, 80, 3, generator)
    assert values == pytest.approx([*exact[:-4:-1], exact[0]], rel=1e-4, abs=1e-5)
    assert (residuals < 1e-3).all()


def test_lanczos_is_exact_where_the_space_is_small():
    matrix = np.diag([5.0, 1, -7, 2])
    values, residuals = extremes(lambda v: matrix @ v, 4, 30, 3, np.random.Generator(np.random.Philox(key=3)))
    assert values == pytest.approx([5, 2, 1, -7]), "the largest, not the largest in magnitude"
    assert residuals == pytest.approx(np.zeros(4), abs=1e-8)


def test_levels_are_two_a_decade_and_hold_all_losses():
    at = levels(pd.Series([FLOOR / 100, 0.03, 5.0]))
    assert np.allclose(at, [10 ** (half / 2) for half in range(-12, 3)])
    assert np.allclose(levels(pd.Series([0.01, 0.01])), [0.01, 10**-1.5]), "a contour needs two"


def test_a_colour_bar_has_a_tick_a_decade():
    figure = Canvas()
    points = pd.DataFrame({"x": [0, 1, 0, 1], "y": [0, 0, 1, 1], "loss": [1e-3, 0.1, 1.0, 10.0]})
    filled = contours(figure.subplots(), points, levels(points["loss"]))
    colour_bar(filled, "loss", ax=figure.axes)
    assert np.allclose(figure.axes[1].get_yticks(), [1e-3, 1e-2, 1e-1, 1, 10])
    assert figure.axes[1].get_ylabel() == "loss"
