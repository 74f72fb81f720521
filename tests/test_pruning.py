"""Magnitude pruning: literal small cases, and what holds for every mask."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lth.pruning import percent_remaining, prune_global, prune_layerwise

ALL = torch.ones


def one(weights: list[float], mask: list[int] | None = None) -> tuple[dict, dict]:
    """One network of one layer `a`."""
    values = torch.tensor([weights])
    return {"a": values}, {"a": torch.tensor([mask]).bool() if mask else ALL(values.shape, dtype=torch.bool)}


@pytest.mark.parametrize(
    ("weights", "mask", "rate", "left"),
    [
        ([1.0, -2.0, 3.0, -4.0], None, 0.5, [0, 0, 1, 1]),
        ([-4.0, 3.0, -2.0, 1.0], None, 0.25, [1, 1, 1, 0]),
        ([1.0, 1.0, -1.0, 1.0], None, 0.5, [0, 0, 1, 1]),  # ties go by index
        ([5.0, 0.0, 0.0, 5.0], None, 0.25, [1, 0, 1, 1]),  # a zero that survives is ranked, not taken for pruned
        ([0.0, 9.0, 0.0, 5.0], [0, 1, 1, 1], 0.34, [0, 1, 0, 1]),  # a pruned zero is out of the ranking
        ([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0], 0.5, [0, 1, 0, 0]),  # the rate is of the survivors
        ([1.0, 2.0, 3.0, 4.0], [0, 0, 0, 1], 0.4, [0, 0, 0, 1]),  # round(0.4) = 0
        ([1.0, 2.0, 3.0, 4.0], [0, 0, 0, 0], 0.9, [0, 0, 0, 0]),
        ([1.0, 2.0, 3.0, 4.0], None, 0.0, [1, 1, 1, 1]),
    ],
)
@pytest.mark.parametrize("prune", ["layerwise", "global"])
def test_literal_masks(weights, mask, rate, left, prune):
    weights, mask = one(weights, mask)
    pruned = prune_layerwise(weights, mask, {"a": rate}) if prune == "layerwise" else prune_global(weights, mask, rate)
    assert pruned["a"][0].int().tolist() == left


def test_global_ranks_across_layers():
    weights = {"a": torch.tensor([[1.0, 5.0]]), "b": torch.tensor([[[2.0], [0.5]]])}
    mask = {name: ALL(value.shape, dtype=torch.bool) for name, value in weights.items()}
    pruned = prune_global(weights, mask, 0.5)
    assert pruned["a"].int().tolist() == [[0, 1]]
    assert pruned["b"].int().tolist() == [[[1], [0]]]
    tied = prune_global({name: torch.ones_like(value) for name, value in weights.items()}, mask, 0.75)
    assert (tied["a"].sum(), tied["b"].flatten().int().tolist()) == (0, [0, 1]), "ties go by the layers' order, then by index"


def test_a_layer_of_rate_zero_is_left_alone():
    weights = {"a": torch.randn(2, 6), "b": torch.randn(2, 3, 4)}
    mask = {name: torch.rand(value.shape) < 0.7 for name, value in weights.items()}
    pruned = prune_layerwise(weights, mask, {"a": 0.0, "b": 0.5})
    assert torch.equal(pruned["a"], mask["a"])
    assert not torch.equal(pruned["b"], mask["b"])


@st.composite
def stacks(draw):
    """Weights [R, *shape] of one to three layers, with many ties; masks; rates."""
    networks = draw(st.integers(1, 3))
    shapes = draw(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=3), min_size=1, max_size=3))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    weights, mask, rates = {}, {}, {}
    for number, shape in enumerate(shapes):
        weights[f"l{number}"] = torch.randint(-3, 4, (networks, *shape), generator=generator) / 2
        mask[f"l{number}"] = torch.rand((networks, *shape), generator=generator) < draw(st.floats(0, 1))
        rates[f"l{number}"] = draw(st.floats(0, 1, exclude_max=True))
    return weights, mask, rates


@settings(max_examples=80, deadline=None)
@given(stacks())
def test_layerwise_properties(stack):
    weights, mask, rates = stack
    before = ({name: value.clone() for name, value in weights.items()}, {name: value.clone() for name, value in mask.items()})
    pruned = prune_layerwise(weights, mask, rates)
    for name, rate in rates.items():
        assert pruned[name].dtype == torch.bool
        assert not (pruned[name] & ~mask[name]).any(), "a pruned weight came back"
        for kept, had, values in zip(pruned[name], mask[name], weights[name], strict=True):
            survivors = int(had.sum())
            assert int(kept.sum()) == survivors - round(rate * survivors)
            gone = had & ~kept
            if gone.any() and kept.any():
                assert values[gone].abs().max() <= values[kept].abs().min()
        assert torch.equal(weights[name], before[0][name])
        assert torch.equal(mask[name], before[1][name])


@settings(max_examples=80, deadline=None)
@given(stacks())
def test_global_properties(stack):
    weights, mask, rates = stack
    rate = rates["l0"]
    pruned = prune_global(weights, mask, rate)
    for network in range(len(weights["l0"])):
        survivors = sum(int(value[network].sum()) for value in mask.values())
        assert sum(int(value[network].sum()) for value in pruned.values()) == survivors - round(rate * survivors)
    assert all(not (pruned[name] & ~mask[name]).any() for name in mask)


@settings(max_examples=40, deadline=None)
@given(stacks())
def test_networks_of_a_stack_are_pruned_apart(stack):
    weights, mask, rates = stack
    together, globally = prune_layerwise(weights, mask, rates), prune_global(weights, mask, rates["l0"])
    for network in range(len(weights["l0"])):
        own_weights, own_mask = ({name: value[network : network + 1] for name, value in part.items()} for part in (weights, mask))
        alone, alone_globally = prune_layerwise(own_weights, own_mask, rates), prune_global(own_weights, own_mask, rates["l0"])
        for name in weights:
            assert torch.equal(alone[name][0], together[name][network])
            assert torch.equal(alone_globally[name][0], globally[name][network])


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.2, float("nan")])
def test_a_rate_outside_its_range_is_refused(rate):
    weights, mask = one([1.0, 2.0])
    with pytest.raises(ValueError, match=r"\[0, 1\)"):
        prune_layerwise(weights, mask, {"a": rate})
    with pytest.raises(ValueError, match=r"\[0, 1\)"):
        prune_global(weights, mask, rate)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused(value):
    weights, mask = one([1.0, value])
    with pytest.raises(ValueError, match="a hold"):
        prune_layerwise(weights, mask, {"a": 0.5})
    with pytest.raises(ValueError, match="a hold"):
        prune_global(weights, mask, 0.5)


def test_names_and_shapes_that_differ_are_refused():
    weights, mask = one([1.0, 2.0])
    for wrong in ({}, {"b": mask["a"]}, {"a": mask["a"][:, :1]}, {"a": mask["a"].float()}):
        with pytest.raises(ValueError, match="mask"):
            prune_layerwise(weights, wrong, {"a": 0.5})
        with pytest.raises(ValueError, match="mask"):
            prune_global(weights, wrong, 0.5)
    with pytest.raises(ValueError, match="rates"):
        prune_layerwise(weights, mask, {"b": 0.5})


def test_percent_remaining_counts_all_weights():
    assert percent_remaining({"a": torch.tensor([True, False, False]), "b": torch.tensor([[True]])}) == 50.0
