"""Late rewinding: survivors return to iteration k of the dense network in training, and all but the optimiser goes on from there."""

import itertools
import shutil
import signal
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from safetensors import safe_open

import lth
import tiny
from lth import load_curves, load_results, load_ticket
from lth.cli import main as lth_command
from lth.config import experiment_names, load_experiment, load_settings
from lth.config.experiment import FRESH
from lth.data import load_data
from lth.errors import LthError
from lth.experiments.accept import check
from lth.experiments.blocks import train_block
from lth.experiments.rewinding import rewind
from lth.experiments.rounds import train_round
from lth.tickets import Rewound, Start, digest, load_tickets, save_initial, ticket_file
from lth.tickets.controls import CONTROLS
from test_resume import LONGER, Stage, outputs

K, T = 13, 30
"""Within an epoch, and between two evaluations."""

SGD = {"name": "sgd", "learning_rate": 0.05, "weight_decay": 0.01, "warmup": 16, "drops": [20]}
SHORT = {"training.iterations": T, "evaluation.every": 5, "evaluation.test_curve_until": T, "training.rewind": K, "training.optimiser": SGD}
RESNET = {
    "network": {"name": "resnet18", "width": 0.125},
    "data.name": "cifar10",
    "pruning": {"method": "global", "conv": 0.2, "fc": 0.0, "output": 0.0},
    "training.augment": "flip-crop",
}
CASES = {
    "resnet18, batchnorm and augmentation": ("torch", RESNET),
    "lenet, dropout": ("torch", {"network.dropout": 0.3}),
    "lenet": ("sparse", {}),
    "conv2, dropout": (
        "sparse",
        {"network": {"name": "conv2", "width": 0.05, "dropout": 0.3}, "data.name": "cifar10", "pruning.conv": 0.1},
    ),
}
"""The engine, and what is unlike the tiny experiment."""


@pytest.fixture(scope="module", params=CASES)
def trained(request, tmp_path_factory):
    """A project whose dense networks have been trained."""
    engine, changes = CASES[request.param]
    folder = tmp_path_factory.mktemp("trained")
    tiny.write_project(folder, {**SHORT, **changes})
    write_settings(folder, engine=engine)
    with pytest.MonkeyPatch.context() as patched:
        tiny.move_root(folder, patched.setattr)
        start_over()
    return folder


@pytest.fixture
def project(root, trained):
    """A copy of it."""
    return shutil.copytree(trained, root, dirs_exist_ok=True)


def write_settings(root, **changes) -> None:
    (root / "params.yaml").write_text(yaml.safe_dump(tiny.SETTINGS | changes))


def start_over(*rounds: str) -> None:
    """Trains the dense networks, and further rounds."""
    save_initial(load_experiment("tiny"), seed=0)
    for round in ("r00", *rounds):
        train_round(load_settings(), load_experiment("tiny"), round)


def engine_and_data():
    experiment = load_experiment("tiny")
    data = load_data(experiment.data.name, experiment.data.scaling)
    return tiny.engine(experiment, data, name=load_settings().engine), data


def along_the_dense_run(trial: int) -> dict[int, dict[str, torch.Tensor]]:
    """A dense network's parameters at K and at the end of one run."""
    engine, data = engine_and_data()
    trainer = engine.trainer([tiny.member(load_ticket("tiny", round=0, trial=trial), data)])
    there = {}
    for start, stop in itertools.pairwise([0, 5, 10, K, 20, T]):
        trainer.advance(start, stop)
        trainer.evaluate("validation")
        there[stop] = {name: value[0] for name, value in trainer.snapshot().items()}
    return there


def same(parameters, others) -> bool:
    assert parameters.keys() == others.keys()
    return all(torch.equal(value, others[name]) for name, value in parameters.items())


def test_survivors_return_to_iteration_k_of_the_dense_run(project):
    """Weights, biases, scales and statistics, bit for bit; and what r00 pruned is the end of that very run."""
    ticket = load_ticket("tiny", round=1, trial=1)
    dense, whole = along_the_dense_run(trial=1), rewind(ticket)
    assert same(whole.origin(), dense[K])
    assert not same(whole.origin(), ticket.initial_parameters())
    for layer in ticket.network.layers:
        left, weights = ticket.mask[layer.weight], dense[T][layer.weight].abs()
        assert left.all() or load_experiment("tiny").pruning.method == "global" or weights[left].min() >= weights[~left].max()
    engine, data = engine_and_data()
    trainer = engine.trainer([tiny.member(whole, data)])
    for name, value in trainer.snapshot().items():
        assert torch.equal(value[0], dense[K][name] * whole.mask.get(name, torch.tensor(1.0)))
    trainer.advance(K, T)
    assert same(whole.origin(), dense[K]), "copied, never aliased"


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_with_nothing_pruned_it_is_the_rest_of_the_dense_run(project, optimiser, tmp_path_factory):
    """Images, their variations, dropout and learning rates go on from K; the optimiser does not, which plain SGD cannot tell."""
    values = yaml.safe_load((project / "pipelines/quick/tiny/params.yaml").read_text())
    values["training"]["optimiser"]["name"] = optimiser
    tiny.write_experiment(project, values)
    engine, data = engine_and_data()
    dense = tiny.member(load_ticket("tiny", round=0, trial=0), data)
    state = along_the_dense_run(trial=0)[K]
    rewound = replace(dense, first=K, start=lambda: Start(state, dense.ticket.mask))
    whole, rest = (tiny.train(engine, [member], tmp_path_factory.mktemp("checkpoints")) for member in (dense, rewound))
    points = np.array(engine.plan.evaluation_points)
    assert all(np.isnan(values[0][points < K]).all() for values in rest.curves.values())
    tails = [(values[0][points >= K], whole.curves[curve][0][points >= K]) for curve, values in rest.curves.items()]
    assert all(np.array_equal(*both) for both in tails) == (optimiser == "sgd")
    assert same(rest.parameters, whole.parameters) == (optimiser == "sgd")


def test_adam_begins_anew(project):
    """Its first step moves a weight by the learning rate, whatever iteration it is: its corrections count its own steps."""
    values = yaml.safe_load((project / "pipelines/quick/tiny/params.yaml").read_text())
    values["training"]["optimiser"] = {"name": "adam", "learning_rate": 0.001}
    tiny.write_experiment(project, values)
    engine, data = engine_and_data()
    ticket = load_ticket("tiny", round=1, trial=0)
    parameters = ticket.initial_parameters()
    member = tiny.member(replace(ticket, rewound=Rewound(K, digest(parameters), parameters)), data)
    assert member.first == K
    trainer = engine.trainer([member])
    before = trainer.snapshot()
    trainer.advance(K, K + 1)
    moved = max((trainer.snapshot()[layer.weight] - before[layer.weight]).abs().max().item() for layer in ticket.network.layers)
    assert moved == pytest.approx(0.001, rel=1e-3)


def test_networks_that_start_at_other_iterations_share_no_chunk(root, tmp_path_factory, monkeypatch):
    tiny.write_project(root, SHORT)
    write_settings(root, engine="torch")
    start_over()
    engine, data = engine_and_data()
    monkeypatch.setattr(engine, "chunk_size", 3)
    tickets = [*load_tickets(load_experiment("tiny"), 0), *map(rewind, load_tickets(load_experiment("tiny"), 1))]
    members = [tiny.member(ticket, data) for ticket in tickets] + [tiny.member(tickets[2], data, arm="reinit")]
    assert [member.first for member in members] == [0, 0, K, K, 0]
    together = tiny.train(engine, members, tmp_path_factory.mktemp("checkpoints"))
    for position, member in enumerate(members):
        alone = tiny.train(engine, [member], tmp_path_factory.mktemp("checkpoints"))
        for name, values in (alone.measured | alone.curves).items():
            np.testing.assert_allclose(values[0], (together.measured | together.curves)[name][position], rtol=1e-5)


def test_rounds_and_controls_start_where_they_should(root):
    """A ticket and what keeps its values at K, the dense network and fresh values at 0; all iterations count from 0."""
    controls = [control for control in CONTROLS if control != "ticket"]
    blocks = {control.replace(".", "-"): {"control": control, "rounds": ["r01", "r02"], "after": "r01"} for control in controls}
    tiny.write_project(root, {**SHORT, "training.rewind": 10, "blocks": blocks})
    start_over("r01", "r02")
    for name in blocks:
        train_block(load_settings(), load_experiment("tiny"), name)
    rows, curves = load_results("tiny"), load_curves("tiny")
    assert set(rows["iterations"]) == {T}
    for (arm, round), part in curves.groupby(["arm", "round"]):
        first = 0 if round == 0 or arm in ("reinit", "sparsity") else 10
        assert sorted(set(part["iteration"])) == list(range(first, T + 1, 5))
        assert rows.query("arm == @arm and round == @round")["es_iteration"].between(first, T).all()
    assert check(load_settings(), load_experiment("tiny")).endswith("every number the same")


def test_fresh_controls_are_those_that_keep_no_value(project):
    ticket = load_ticket("tiny", round=1, trial=0)
    initial = ticket.initial_parameters()
    squared = {name: value * value.abs() for name, value in initial.items()}  # another scale, and another shape of their distribution
    kept, other = (replace(ticket, rewound=Rewound(K, digest(origin), origin)) for origin in (initial, squared))
    assert {name for name, control in CONTROLS.items() if same(control(kept, 0).parameters, control(other, 0).parameters)} == set(FRESH)


def test_every_variant_of_a_sweep_returns_to_its_own(root):
    tiny.write_project(root, {**SHORT, "training.vary": {"optimiser.learning_rate": [0.01, 0.05]}})
    start_over("r01")
    swept = {rate: load_ticket("tiny", round=1, trial=1, variant=rate) for rate in (0.01, 0.05)}
    assert not same(rewind(swept[0.01]).origin(), rewind(swept[0.05]).origin())
    tiny.write_experiment(root, tiny.numbers(SHORT))
    start_over()
    assert load_ticket("tiny", round=1, trial=1).rewound.sha256 == swept[0.05].rewound.sha256


def test_rewinding_to_0_is_resetting(root):
    """Nothing is written or hashed that was not without the key."""
    tiny.write_project(root)
    start_over("r01")
    before, described = outputs(root), load_experiment("tiny").model_dump()
    tiny.write_experiment(root, tiny.numbers({"training.rewind": 0}))
    start_over("r01")
    assert outputs(root) == before
    assert load_experiment("tiny").model_dump() == described
    assert "rewind" not in described["training"]
    ticket = load_ticket("tiny", round=1, trial=0)
    assert rewind(ticket) is ticket


def test_an_exported_ticket_starts_where_it_should(project, monkeypatch, capsys, tmp_path):
    file = tmp_path / "ticket.safetensors"
    words = ["lth", "export", "tiny", "--round", "1", "--trial", "1", str(file)]
    monkeypatch.setattr("sys.argv", words)
    lth_command()
    capsys.readouterr()
    with safe_open(file, "pt") as opened:
        assert opened.metadata()["rewound to"] == f"iteration {K} of the dense network's training"
        start = rewind(load_ticket("tiny", round=1, trial=1)).start()
        assert all(torch.equal(opened.get_tensor(name), value) for name, value in start.parameters.items())
    with pytest.raises(SystemExit, match="is there already"):
        lth_command()


def test_a_start_that_is_not_there_is_one_line(project):
    ticket = load_ticket("tiny", round=1, trial=0)
    assert not ticket.mask[ticket.network.layers[0].weight].all()
    for use in (ticket.start, ticket.module, ticket.origin, lambda: CONTROLS["reshuffle"](ticket, 0)):
        with pytest.raises(LthError, match=rf"^quick/tiny, round 1, trial 0 starts from iteration {K} of its dense network, .*lth\.rewind"):
            use()
    module = lth.rewind(ticket).module()
    assert all(value.isfinite().all() for value in module.state_dict().values())
    CONTROLS["reinit"](ticket, 0)


def test_a_wrong_start_is_refused(project):
    """As another processor, library or learning rate would give."""
    ticket = load_ticket("tiny", round=1, trial=1)
    origin = ticket.rewound.sha256
    rewrite(
        sha256=np.stack(
            [np.frombuffer(sha256, np.uint8) for sha256 in (load_ticket("tiny", round=1, trial=0).rewound.sha256, origin[::-1])]
        )
    )
    wanted = rf"^quick/tiny: trained to iteration {K} again on cpu \(.+\), the dense network of trial 1 is not the one that r00 rewinds to: use .+$"
    for train in (
        lambda: train_round(load_settings(), load_experiment("tiny"), "r01"),
        lambda: rewind(load_ticket("tiny", round=1, trial=1)),
    ):
        with pytest.raises(LthError, match=wanted):
            train()
    train_block(load_settings(), load_experiment("tiny"), "reinit")  # needs no such network


def test_after_another_learning_rate_params_are_named(project):
    file = project / "pipelines" / "quick" / "tiny" / "params.yaml"
    tiny.write_experiment(project, tiny.changed(yaml.safe_load(file.read_text()), {"training.optimiser.learning_rate": 0.04}))
    with pytest.raises(
        LthError, match=r"is not the one that r00 rewinds to: use the params.yaml that r00 was trained with and the hardware"
    ):
        rewind(load_ticket("tiny", round=1, trial=1))


def rewrite(**arrays) -> None:
    file = ticket_file(load_experiment("tiny"), "r00")
    with np.load(file) as held:
        content = {**held, **arrays}
    np.savez_compressed(file, **{name: value for name, value in content.items() if value is not None})


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"rewind": np.array(12)}, "its tickets are rewound to iteration 12, and params.yaml says training.rewind: 13;"),
        ({"rewind": None, "sha256": None}, "its tickets are rewound to iteration 0, and"),
        ({"rewind": np.array([13, 13])}, r"its tickets are rewound to iteration \[13 13\], and"),
        ({"rewind": np.array("thirteen")}, "its tickets are rewound to iteration thirteen, and"),
        ({"sha256": None}, "it does not hold the sha256 of 2 dense networks at iteration 13;"),
        ({"sha256": np.zeros((1, 32), np.uint8)}, "it does not hold the sha256 of 2 dense networks"),
        ({"sha256": np.zeros((2, 32))}, "it does not hold the sha256 of 2 dense networks"),
    ],
)
def test_a_record_that_is_another_is_refused(root, arrays, said):
    tiny.write_project(root, SHORT)
    start_over()
    rewrite(**arrays)
    with pytest.raises(LthError, match=rf"^tickets/quick/tiny/r00\.npz cannot be used: {said}"):
        load_ticket("tiny", round=1, trial=0)


def test_tickets_of_another_k_are_not_taken_for_those_of_this(root):
    tiny.write_project(root, SHORT)
    start_over()
    tiny.write_experiment(root, tiny.numbers({**SHORT, "training.rewind": 0}))
    with pytest.raises(LthError, match=r"its tickets are rewound to iteration 13, and params.yaml says training.rewind: 0;"):
        load_ticket("tiny", round=1, trial=0)
    load_ticket("tiny", round=0, trial=0)


def test_experiments_differ_from_those_that_reset_in_k_alone():
    names = [name for name in (*experiment_names("paper"), *experiment_names("quick")) if "-rewind" in name]
    assert len(names) == 2 * 4 + 1
    for name in names:
        experiment, reset = load_experiment(name), load_experiment(name.partition("-rewind")[0])
        assert experiment.training.rewind == (int(name.rpartition("-")[2]) if name.startswith("paper") else 75)
        assert experiment.training.model_copy(update={"rewind": 0}) == reset.training
        apart = {"name", "training", "blocks"}  # the paper's figure has the controls of k = 0
        assert experiment.model_dump(exclude=apart) == reset.model_dump(exclude=apart)


KILLS = {
    "r00": [
        ("killed half written", ".running", 3),
        ("killed half written", ".finished", 3),
        ("killed after rename", ".finished", 1),
        ("killed before rename", ".npz", 1),
    ],
    "r01": [
        ("killed after rename", ".running", 1),
        ("killed half written", ".finished", 2),
        ("killed after rename", ".running", 4),
        ("killed half written", ".csv", 1),
        ("killed before rename", ".json", 1),
    ],
}
"""The third and fourth finished network of r00, and the first two of r01, are dense ones that were trained to K alone."""


def test_a_rewound_stage_is_killed_and_goes_on_to_the_same_bytes(root):
    tiny.write_project(root, LONGER | {"training.rewind": 50})
    save_initial(load_experiment("tiny"), seed=0)
    for name in KILLS:
        Stage(root, "round", name).ends()
    whole = outputs(root)
    for folder in ("results", ".checkpoints"):
        shutil.rmtree(root / folder)
    for name, kills in KILLS.items():
        ticket_file(load_experiment("tiny"), name).unlink()
        for kill in kills:
            Stage(root, "round", name, *kill).ends(-signal.SIGKILL)
            assert list(root.glob(".checkpoints/*/**/*.*")), f"nothing to go on from after {kill}"
        Stage(root, "round", name).ends()
    assert outputs(root) == whole
    assert not list(root.glob(".checkpoints/*/**/*.*"))
    assert pd.read_parquet(root / "results/quick/tiny/runs/r01.curves.parquet")["iteration"].min() == 60
