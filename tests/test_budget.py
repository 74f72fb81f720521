"""What training would take: operations on literal numbers, seconds near what was measured and estimated elsewhere, and the guard on a CPU."""

import json
import sys
from types import SimpleNamespace

import pytest
import yaml

import tiny
from lth import paths
from lth.config import Experiment, experiment_names, load_experiment, load_settings
from lth.entry import run
from lth.experiments.budget import Alike, budget, stage_budget, stage_networks, survivors, ticket_bytes
from lth.experiments.operations import image_operations, images_evaluated, network_operations, step_operations
from lth.experiments.speeds import CORES, H200, SPARSE_CONVOLUTION, sparse_seconds
from lth.networks import Layer, build
from lth.results.spent import cost
from lth.stages import round as round_stage
from lth.tickets import save_initial
from lth.training import Plan

TWO_LAYERS = SimpleNamespace(layers=(Layer("conv1", "conv", (2, 3, 3, 3), 4), Layer("output", "output", (10, 32))))
"""864 and 320 multiplications an image."""

ARITHMETIC = {
    "lenet": (0.068, 3.4, 1.4),
    "conv2": (15.55, 311, 98),
    "conv4": (35.2, 880, 270),
    "conv6": (55.2, 1656, 500),
    "resnet18": (31.2, 937, 133),
    "vgg19": (152.7, 17171, 4575),
}
"""By hand: GFLOP a step, TFLOP of all steps and of all evaluations of a network that is evaluated every 100 iterations."""

ESTIMATED = {
    "ieee": {"lenet": 0.3, "conv2": 14, "conv4": 30, "conv6": 52, "resnet18": 70, "vgg19": 450},
    "tf32": {"conv2": 6, "conv4": 10, "conv6": 17, "resnet18": 22, "vgg19": 150},
}
"""By hand, kernel by kernel: seconds a network on an H200."""


def dense(name: str):
    """An experiment, its network, and how its dense networks are trained if no test curve is drawn."""
    experiment = load_experiment(f"paper/{name}")
    return experiment, build(experiment.network), Plan(experiment.training, experiment.evaluation, 0)


def test_operations_of_two_layers():
    assert image_operations(TWO_LAYERS) == 2 * (864 + 320)
    assert step_operations(TWO_LAYERS, 5) == 2 * 5 * (864 + 320) + 2 * 5 * (864 + 320) + 2 * 5 * 320


def test_images_of_an_evaluation_plan():
    experiment = tiny.experiment(changes={"evaluation.validation_images": 7})
    plan = Plan(experiment.training, experiment.evaluation, test_curve_until=20)
    assert images_evaluated(experiment.data, plan) == 5 * 7 + 3 * 10_000 + 2 * (55_000 + 7 + 10_000)


@pytest.mark.parametrize("name", ARITHMETIC)
def test_operations_of_the_papers_networks(name):
    experiment, network, plan = dense(name)
    step, steps, evaluations = ARITHMETIC[name]
    a_step = step_operations(network, experiment.training.batch_size)
    assert a_step == pytest.approx(step * 1e9, rel=0.02)
    both = network_operations(network, experiment.data, plan)
    assert both == pytest.approx((steps + evaluations) * 1e12, rel=0.02)
    assert both - experiment.training.iterations * a_step == pytest.approx(evaluations * 1e12, rel=0.02)


@pytest.mark.parametrize(("precision", "name"), [(precision, name) for precision, names in ESTIMATED.items() for name in names])
def test_seconds_on_a_gpu_are_near_the_estimates(precision, name):
    experiment, network, plan = dense(name)
    assert H200[precision].seconds(network, experiment.data, plan) == pytest.approx(ESTIMATED[precision][name], rel=0.4)


@pytest.mark.parametrize(
    ("name", "width", "milliseconds"),
    [
        ("resnet18", 1.0, 345),
        ("resnet18", 0.5, 170),
        ("resnet18", 0.25, 110),
        ("conv2", 1.0, 225),
        ("conv2", 0.5, 66),
        ("conv2", 0.25, 22),
        ("conv2", 0.125, 11),
        ("conv4", 1.0, 395),
        ("conv4", 0.25, 32),
        ("conv6", 1.0, 553),
        ("conv6", 0.25, 42),
    ],
)
def test_a_step_on_a_core_is_near_what_was_measured(name, width, milliseconds):
    network = build(tiny.experiment(name, {"network.width": width}).network)
    batch_size = load_experiment(f"paper/{name}").training.batch_size
    assert 1e3 * CORES[name].step(network, batch_size) == pytest.approx(milliseconds, rel=0.1)


def test_lenets_rounds_take_what_the_benchmark_of_the_chain_says():
    """0.393 h on two cores, measured with at most two networks at once: that wastes up to a fifth of what they take sharing the cores (benchmarks/README.md)."""
    experiment = load_experiment("paper/lenet")
    rounds = [networks for name, networks in stage_networks(experiment).items() if name in experiment.rounds]
    took = [stage_budget(experiment, settings(), 2, networks) for networks in rounds]
    shared = sum(stage.cpu_seconds for stage in took)
    assert shared <= 3600 * 0.393 <= 1.2 * shared


def test_a_sparse_network_costs_what_survives():
    experiment, network, plan = dense("lenet")
    seconds = [sparse_seconds(network, experiment.data, plan, density) for density in (1.0, 0.3, 0.1, 0.03, 0.012)]
    assert seconds == sorted(seconds, reverse=True)
    assert seconds[0] == pytest.approx(50_000 * 0.761e-3, rel=0.03), "the benchmark's, evaluations included"
    assert seconds[-1] == pytest.approx(50_000 * 0.0755e-3, rel=0.03)
    assert sparse_seconds(network, experiment.data, plan, 1e-4) == seconds[-1]


def test_steps_and_evaluations_of_sparse_convolutions_are_near_what_was_measured():
    for row in json.loads((paths.ROOT / "benchmarks/results/convolution_step.json").read_text())["rows"]:
        network = build(load_experiment(f"paper/{row['experiment']}").network.model_copy(update={"width": row["width"]}))
        measured = row["milliseconds"]["sparse engine"]
        assert 1e3 * SPARSE_CONVOLUTION.step(network, 60, row["survivors"]) == pytest.approx(measured["step"], rel=0.17)
        assert 1e3 * SPARSE_CONVOLUTION.image(network, row["survivors"]) == pytest.approx(measured["evaluated_image"], rel=0.17)


def settings(**changes):
    return load_settings().model_copy(update={"engine": "auto", "device": "cpu", "precision": "ieee"} | changes)


def test_what_the_stages_of_an_experiment_train():
    networks = stage_networks(tiny.experiment())
    assert {name: [(alike.count, alike.round, alike.plan.test_curve_until) for alike in of] for name, of in networks.items()} == {
        "r00": [(2, 0, 20)],
        "r01": [(2, 1, 20)],
        "r02": [(2, 2, 20)],
        "reinit": [(4, 1, 0)],
    }


def test_a_gpus_seconds_are_those_of_the_experiments_precision():
    own = load_experiment("paper/conv2")
    ieee = own.model_copy(update={"training": own.training.model_copy(update={"precision": "ieee"})})
    absent = own.model_copy(update={"training": own.training.model_copy(update={"precision": None})})
    seconds = [budget(experiment, settings(precision="ieee"), 2).gpu_seconds for experiment in (own, ieee, absent)]
    assert seconds[0] < 0.6 * seconds[1] == 0.6 * seconds[2]


def test_masks_made_by_training_on_cost_the_training_too():
    changes = {"rounds": {"r00": "initial"}, "blocks": {}, "pruning.method": "continued", "pruning.levels": 3}
    networks = stage_networks(tiny.experiment(changes=changes))["r00"]
    assert [(alike.count, alike.round, len(alike.plan.evaluation_points)) for alike in networks] == [(2, 0, 5), (2, 1, 2), (2, 2, 2)]


def test_late_rewinding_trains_the_dense_networks_to_k_and_tickets_from_there():
    reshuffle = {"control": "reshuffle", "rounds": ["r01"], "after": "r00"}
    stages = stage_networks(tiny.experiment(changes={"training.rewind": 10, "blocks.reshuffle": reshuffle}))
    assert {name: [(alike.count, alike.round, alike.plan.training.iterations) for alike in of] for name, of in stages.items()} == {
        "r00": [(2, 0, 40), (2, 0, 10)],
        "r01": [(2, 1, 30), (2, 0, 10)],
        "r02": [(2, 2, 30), (2, 0, 10)],
        "reinit": [(4, 1, 40)],
        "reshuffle": [(2, 1, 30), (2, 0, 10)],
    }


def test_a_sweep_trains_every_network_once_a_value():
    swept = tiny.experiment(changes={"training.vary": {"optimiser.learning_rate": [0.001, 0.01, 0.1]}})
    assert budget(swept, settings(), 2).networks == 3 * budget(tiny.experiment(), settings(), 2).networks


def test_survivors_of_a_round():
    experiment = tiny.experiment(changes={"network.width": 1.0})
    assert survivors(experiment, build(experiment.network), 2) == pytest.approx([0.64 * 235_200, 0.64 * 30_000, 0.81 * 1_000])
    ranked_together = tiny.experiment("conv2", {"pruning": {"method": "global", "conv": 0.5, "fc": 0.0, "output": 0.0}})
    network = build(ranked_together.network)
    assert [left / layer.size for left, layer in zip(survivors(ranked_together, network, 1), network.layers, strict=True)] == [0.5] * 2 + [
        1
    ] * 3


def test_a_stage_on_several_cores():
    experiment = tiny.experiment()
    (alike,) = stage_networks(experiment)["r00"]
    one, three = (stage_budget(experiment, settings(), cores, [Alike(5, 0, alike.plan)]) for cores in (1, 3))
    assert one.cpu_seconds == pytest.approx(one.core_seconds) == pytest.approx(three.core_seconds)
    assert three.cpu_seconds == pytest.approx(one.core_seconds / 3), "five networks share three cores"
    assert three.cpu_bytes > one.cpu_bytes > 2**30


@pytest.mark.parametrize(("name", "last"), [("paper/lenet", "r27"), ("paper/conv2", "r21")])
def test_the_torch_engine_does_not_gain_from_sparsity(name, last):
    experiment = load_experiment(name)
    rounds = stage_networks(experiment)
    took = {
        engine: [stage_budget(experiment, settings(engine=engine), 1, rounds[stage]).core_seconds for stage in ("r00", last)]
        for engine in ("torch", "sparse")
    }
    assert took["torch"][0] == took["torch"][1]
    assert took["sparse"][0] > 4 * took["sparse"][1]


@pytest.mark.parametrize("name", ["paper/lenet", "paper/lenet-oneshot", "paper/lenet-size-25-9", "paper/lenet-size-900-300", "quick/conv2"])
def test_the_disk_that_results_take(name):
    """Of what trainings write; tables of measurements lie beside it."""
    tables = sum(file.stat().st_size for file in (paths.RESULTS / name).glob("*.*"))
    assert budget(load_experiment(name), settings(), 2).disk_bytes == pytest.approx(cost(name).disk_bytes - tables, rel=0.25)
    on_disk = sum(file.stat().st_size for file in (paths.TICKETS / name).iterdir())
    assert ticket_bytes(load_experiment(name)) == pytest.approx(on_disk, rel=0.15)


def longest(experiment: Experiment) -> float:
    """Hours of one core that the longest stage of an experiment takes."""
    return max(stage_budget(experiment, settings(), 1, networks).core_seconds for networks in stage_networks(experiment).values()) / 3600


def test_what_cpu_hours_lets_through():
    allowed = load_settings().cpu_hours
    for name in experiment_names():
        experiment = load_experiment(name)
        if experiment.network.name == "lenet" or experiment.collection in ("quick", "desk"):
            assert longest(experiment) < allowed, name
    refused = {}
    for name in ("conv2", "conv4", "conv6"):
        experiment = load_experiment(name)
        stages = stage_networks(experiment).items()
        refused[name] = {stage for stage, of in stages if stage_budget(experiment, settings(), 1, of).core_seconds / 3600 > allowed}
        assert refused[name] >= set(experiment.blocks), f"the controls of {name} are for a GPU"
        assert "r00" in refused[name], f"the dense round of {name}, which all its rounds wait for, is for a GPU"


def test_a_stage_that_takes_too_long_refuses(project, monkeypatch):
    (project / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, "cpu_hours": 1e-7}))
    save_initial(load_experiment("tiny"), seed=0)
    before = sorted(project.rglob("*"))
    monkeypatch.setattr(sys, "argv", ["round", "tiny", "r00"])
    with pytest.raises(SystemExit) as ended:
        run(round_stage.main)
    said = str(ended.value)
    assert said.startswith("error: quick/tiny r00 would train for about ")
    assert "\n" not in said
    for part in (" hours of one core", "cpu_hours in params.yaml allows 1e-07", "`make desk`", "GPU"):
        assert part in said
    assert sorted(project.rglob("*")) == before, "nothing was made or removed"
