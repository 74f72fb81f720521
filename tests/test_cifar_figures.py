"""The figures of CIFAR10 on small tables: what each plots, to the digit, what it lacks, and what is said of it."""

import shutil

import pandas as pd
import pytest

from invented import literal
from lth import paths
from lth.errors import LthError
from lth.figures import FIGURES
from lth.plots import style
from lth.reports.drawing import draw_collection, in_index
from lth.results.tables import Tables
from lth.sentences import fill

ROUNDS = {"r00": "initial", "r01": "r00", "r02": "r01"}
CONTROLS = {arm: {"control": arm, "rounds": ["r02"], "after": "r01", "draws": 1} for arm in ("reinit", "sparsity")}
AT_ONCE = {"tickets": {"control": "ticket", "rounds": ["r02"], "after": "r00", "draws": 1}}
EARLY, TEST, VALIDATION = "early-stop iteration", "test accuracy at early stop", "validation accuracy at early stop"


def params(network: str, **changes) -> dict:
    """Three rounds of a network that is tested at iterations 200 and 400."""
    own = {"network.name": network, "data.name": "cifar10" if network != "lenet" else "mnist", "rounds": ROUNDS, "blocks": CONTROLS}
    own |= {"training.iterations": 400, "evaluation.every": 100}
    if network in ("resnet18", "vgg19"):
        own |= {"pruning": {"method": "global", "conv": 0.2, "fc": 0.0, "output": 0.0}, "evaluation.test_at": [200, 400]}
        own |= {"training.optimiser": {"name": "momentum", "learning_rate": 0.1}}
    return {**own, **changes}


def rate(value: float, warmup: int = 0) -> dict:
    return {"training.optimiser": {"name": "momentum", "learning_rate": value, "warmup": warmup}}


def sweep(*values: float, key: str = "learning_rate") -> dict:
    return {"training.vary": {f"optimiser.{key}": list(values)}}


def plain(start: float) -> list[float]:
    """The means of three rounds that begin there."""
    return [start + 0.1 * round for round in range(3)]


DEEP = {"": rate(0.1), "-low": rate(0.01), "-warmup": rate(0.03, 20)}
CONV = ("conv2", "conv4", "conv6")
REWOUND = {"resnet18-rewind-100": 100, "resnet18-rewind": 150}

CASES = {
    "figure1": (
        {"lenet": params("lenet"), "conv4": params("conv4")},
        {(TEST, "Conv-4"): plain(0.52), (TEST, "Conv-4 random"): [0.52, 0.67]},
    ),
    "figure5": (
        {name: params(name) for name in CONV},
        {(EARLY, "Conv-6"): [150, 250, 350], ("training accuracy at early stop", "Conv-2 reinit"): [0.51, 0.66]},
    ),
    "figure6": (
        {"conv2": params("conv2"), "conv2-dropout": params("conv2", **{"network.dropout": 0.5})},
        {(TEST, "Conv-2 with dropout"): plain(0.52), (TEST, "Conv-2 without"): plain(0.51)},
    ),
    "figure7": (
        {f"vgg19{end}": params("vgg19", **how) for end, how in DEEP.items()},
        {
            ("test accuracy at iteration 200", "rate 0.1"): plain(0.49),
            ("test accuracy at iteration 400", "rate 0.1"): plain(0.47),
            ("test accuracy at iteration 400", "rate 0.01, reinit"): [0.48, 0.63],
            ("test accuracy at iteration 400", "rate 0.03, warmup 20"): plain(0.49),
        },
    ),
    "figure8": (
        {"resnet18-low": params("resnet18", **rate(0.01))},
        {("test accuracy at iteration 200", "rate 0.01, reinit"): [0.49, 0.64]},
    ),
    "figure10": (
        {
            "conv4": params("conv4"),
            "conv4-continued": params("conv4", rounds={"r00": "initial"}, blocks=AT_ONCE)
            | {"pruning": {"method": "continued", "levels": 2, "conv": 0.1, "fc": 0.2, "output": 0.1}},
        },
        {(VALIDATION, "Conv-4, resetting"): plain(0.51), (VALIDATION, "Conv-4, continued"): [0.52, 0.72]},
    ),
    "figure13": ({"conv2": params("conv2")}, {("training accuracy at the last iteration", "Conv-2 reinit"): [0.51, 0.66]}),
    "figure14": (
        {
            "lenet": params("lenet"),
            "conv6-dropout": params("conv6", **{"network.dropout": 0.5}),
            "resnet18-warmup": params("resnet18", **rate(0.03, 20)),
        },
        {
            ("Lenet: test accuracy at the end", "winning ticket"): plain(0.51),
            ("Conv-6 with dropout: test accuracy at the end", "random sparsity"): [0.52, 0.67],
            ("Resnet-18, rate 0.03, warmup 20: test accuracy at the end", "random reinit"): [0.53, 0.68],
        },
    ),
    "figure32": (
        {
            "conv2-adam-rates": params("conv2", **sweep(0.001, 0.005, 0.01)),
            "conv4-adam-rates": params("conv4", **sweep(0.001, 0.002)),
            "conv2": params("conv2"),
        },
        {
            (f"Conv-2: {VALIDATION}", "0.001"): plain(0.51),
            (f"Conv-2: {VALIDATION}", "0.005"): plain(0.53),
            (f"Conv-2: {VALIDATION}", "0.01"): plain(0.53),
            (f"Conv-4: {VALIDATION}", "0.002"): plain(0.53),
            (f"Conv-4: {EARLY}", "0.002"): [150, 250, 350],
        },
    ),
    "figure33": ({"conv6-sgd-rates": params("conv6", **sweep(0.0025, 0.035))}, {(f"Conv-6: {VALIDATION}", "0.035"): plain(0.52)}),
    "figure34": ({"conv4-momentum-rates": params("conv4", **sweep(0.001, 0.008))}, {(f"Conv-4: {VALIDATION}", "0.008"): plain(0.52)}),
    "figure35": (
        {"conv6-rate-0.1": params("conv6", **{"pruning.conv": 0.1}), "conv6": params("conv6", **{"pruning.conv": 0.15})},
        {(f"Conv-6: {VALIDATION}", "0.1"): plain(0.51), (f"Conv-6: {VALIDATION}", "0.15"): plain(0.52)},
    ),
    "figure36": (
        {"conv2-dropout-adam-rates": params("conv2", **{"network.dropout": 0.5}, **sweep(1e-4, 5e-4))},
        {(f"Conv-2: {VALIDATION}", "0.0005"): plain(0.52)},
    ),
    "figure37": (
        {
            "conv2-only-conv": params("conv2", **{"pruning.fc": 0.0, "pruning.output": 0.0}),
            "conv2-only-fc": params("conv2", **{"pruning.conv": 0.0}),
            "conv2": params("conv2"),
        },
        {(f"Conv-2: {TEST}", "convolutions"): plain(0.51), (f"Conv-2: {TEST}", "both (other figures)"): plain(0.53)},
    ),
    "figure38": (
        {"vgg19": params("vgg19"), "vgg19-layerwise": params("vgg19", **{"pruning.method": "layerwise"})},
        {
            ("validation accuracy at iteration 400", "rate 0.1"): plain(0.47),
            ("validation accuracy at iteration 400", "rate 0.1, layer-wise"): plain(0.48),
        },
    ),
    "figure39": (
        {"resnet18-low-layerwise": params("resnet18", **rate(0.01))},
        {("validation accuracy at iteration 200", "rate 0.01, layer-wise"): plain(0.49)},
    ),
    "figure40": ({"vgg19-layerwise": params("vgg19")}, {("test accuracy at iteration 200", "rate 0.1, reinit"): [0.49, 0.64]}),
    "figure41": ({"resnet18-layerwise": params("resnet18", blocks={})}, {("test accuracy at iteration 400", "rate 0.1"): plain(0.47)}),
    "figure42": (
        {"resnet18-rates": params("resnet18", **sweep(0.01, 0.1))},
        {
            ("validation accuracy at iteration 200", "0.01"): plain(0.49),
            ("validation accuracy at iteration 400", "0.1"): plain(0.48),
            ("validation accuracy at iteration 400", "0.1, reinit"): [0.48, 0.63],
        },
    ),
    "figure43": ({"vgg19-rates": params("vgg19", **sweep(0.01, 0.1))}, {("validation accuracy at iteration 200", "0.1"): plain(0.5)}),
    "figure44": (
        {"resnet18-warmups": params("resnet18", **sweep(0, 20, key="warmup")), "resnet18-warmup": params("resnet18", **rate(0.03, 20))},
        {("validation accuracy at iteration 400", "0"): plain(0.47), ("validation accuracy at iteration 400", "20"): plain(0.48)},
    ),
    "figure45": (
        {"vgg19-warmups": params("vgg19", **sweep(0, 300, key="warmup"))},
        {("validation accuracy at iteration 400", "300"): plain(0.48)},
    ),
    "beyond_rewinding": (
        {"resnet18": params("resnet18")} | {name: params("resnet18", **{"training.rewind": k}) for name, k in REWOUND.items()},
        {
            ("Resnet-18: test accuracy at the last iteration", "0"): plain(0.51),
            ("Resnet-18: test accuracy at the last iteration", "150"): plain(0.53),
            ("Resnet-18: test accuracy at the last iteration", "reinit"): [0.51, 0.66],
        },
    ),
}
"""By figure, the experiments that have been run, each 0.01 more accurate than the one before, and the means of some of its lines."""


def run(experiments: dict[str, dict]) -> None:
    for place, (name, changes) in enumerate(experiments.items()):
        literal(name, changes, shift=0.01 * place)


def plotted(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.FIGURES / "paper" / f"{name}.csv", dtype={"line": str})


@pytest.mark.parametrize("name", CASES)
def test_what_is_plotted_is_what_the_tables_hold(root, name):
    experiments, expected = CASES[name]
    run(experiments)
    index = draw_collection("paper", [name]).set_index("figure")
    assert index.loc[name, "drawn from"].split() == [run for run in FIGURES[name].experiments if run in experiments]
    numbers = plotted(name)
    for (panel, line), means in expected.items():
        points = numbers[(numbers["panel"] == panel) & (numbers["line"] == line)]
        rounds = range(3) if len(means) == 3 else (0, 2)
        spread = 50 if panel.endswith(EARLY) else 0.01
        remaining = [10 * int(100 * 0.8**round) if name == "figure37" else 100 * 0.8**round for round in rounds]
        assert points["x"].tolist() == pytest.approx(remaining)
        assert points["mean"].tolist() == pytest.approx(means)
        assert points["low"].tolist() == pytest.approx([mean - spread for mean in means]), "the first trial"
        assert points["high"].tolist() == pytest.approx([mean + spread for mean in means]), "the second"
        assert set(points["n"]) == {2}


@pytest.mark.parametrize(
    ("name", "base", "command"),
    [
        ("figure6", "conv2", "dvc repro pipelines/paper/conv2-dropout/dvc.yaml && make figures"),
        ("figure32", "conv2", "dvc repro pipelines/paper/conv2-adam-rates/dvc.yaml && make figures"),
        ("figure44", "resnet18-warmup", "dvc repro pipelines/paper/resnet18-warmups/dvc.yaml && make figures"),
    ],
)
def test_what_other_figures_are_drawn_from_makes_none_of_its_own(root, name, base, command):
    run({base: params(base.split("-")[0])})
    assert name not in in_index("paper"), "its own experiments are not there"
    other = command.split("/")[2]
    literal(other, params(base.split("-")[0]))
    shutil.rmtree(paths.RESULTS / "paper" / other)
    row = draw_collection("paper", [name]).set_index("figure").loc[name]
    assert (row["drawn from"], row["not run"], row["command"]) == ("", f"{other} (ticket)", command)
    assert not (paths.FIGURES / "paper" / f"{name}.csv").exists()


def test_a_figure_says_on_its_face_what_has_not_been_run(root, monkeypatch):
    run({"conv2-rate-0.2": params("conv2"), "conv2": params("conv2"), "conv6-rate-0.2": params("conv6")})
    shutil.rmtree(paths.RESULTS / "paper" / "conv6-rate-0.2")
    index = draw_collection("paper", ["figure35"]).set_index("figure")
    assert index.loc["figure35", "not run"] == "conv6-rate-0.2 (ticket)"
    assert set(plotted("figure35")["panel"]) == {f"Conv-2: {EARLY}", f"Conv-2: {VALIDATION}"}
    drawn = FIGURES["figure35"].draw(Tables({"conv2": "paper/conv2", "conv2-rate-0.2": "paper/conv2-rate-0.2"}))
    style.save(drawn, root, "face", face="quick scale", not_run=["conv6-rate-0.2"])
    assert drawn.figure.get_suptitle() == "quick scale\nnot run: conv6-rate-0.2"


def test_a_deep_network_that_is_tested_nowhere_is_one_line(root):
    run({"vgg19": params("vgg19", **{"evaluation.test_at": []})})
    with pytest.raises(
        LthError, match=r"^pipelines/paper/vgg19/params.yaml has no evaluation.test_at: name the iterations that VGG-19's figures show$"
    ):
        draw_collection("paper", ["figure7"])


def test_panels_of_iterations_have_one_axis_and_marks_of_their_own(root):
    """At iteration 200 accuracies are 0.02 above those at 400: a line that is shown in one panel may be marked in another."""
    run({"vgg19": params("vgg19")})
    figure = FIGURES["figure7"].draw(Tables({"vgg19": "paper/vgg19"})).figure
    assert [ax.get_title() for ax in figure.axes] == ["iteration 200", "iteration 400"]
    assert [ax.get_ylabel() for ax in figure.axes] == ["test accuracy (%)", ""]
    assert len({ax.get_ylim() for ax in figure.axes}) == 1


SAID = {
    "figure10": "At P_m 64 Conv-4's tickets found with resetting stop neither measurably earlier nor later than those of continued training "
    "(400, 400) and are less accurate on the validation images (71.0%, 72.0%).",
    "figure13": "At P_m 64 Conv-2's tickets end with 71.0% training accuracy, their reinitialisations with 66.0%; the dense network has 51.0%.",
    "figure32": "Conv-2's dense network validates best at early stop with learning rate 0.01 (53.0%), its tickets with learning rate 0.01 "
    "(73.0%, at P_m 64). Conv-4's dense network validates best at early stop with learning rate 0.002 (53.0%), its tickets with learning rate "
    "0.002 (73.0%, at P_m 64).",
    "figure35": "Of the rates by which Conv-6's convolutions are pruned, 0.15 gives tickets the highest validation accuracy at early stop (72.0%, at P_m 64).",
    "figure37": "Conv-2's tickets lie at most 20.00 points of test accuracy at early stop above the dense network where both are pruned, 20.00 points where "
    "convolutions alone are, 20.00 points where dense layers alone are.",
    "figure38": "At rate 0.1, tickets pruned globally validate at the last iteration not measurably worse than the dense network down to P_m 64, "
    "those pruned layer by layer down to P_m 64.",
    "figure42": "Resnet-18's dense network validates best at the last iteration with learning rate 0.1 (52.0%), its tickets with learning rate 0.1 "
    "(72.0%, at P_m 64).",
    "figure44": "Resnet-18's dense network validates best at the last iteration with 20 iterations of warmup (52.0%), its tickets with 20 iterations of "
    "warmup (72.0%, at P_m 64).",
    "beyond_rewinding": "At P_m 64 tickets of Resnet-18 reset to their initial values end with 71.0% test accuracy; rewound to iteration 150 they are more "
    "accurate (73.0%), rewound to iteration 100 they are more accurate (72.0%).",
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_is_what_the_tables_hold(root, name):
    run(CASES[name][0])
    at_last = [sentence.replace(", 12)", ", 2)").replace("else 9 ", "else 2 ") for sentence in FIGURES[name].ours]
    assert fill(at_last, Tables.of("paper")) == SAID[name]


def test_sentences_fall_away_where_one_value_alone_has_been_trained(root):
    run({"conv2": params("conv2"), "resnet18": params("resnet18")})
    assert [
        fill(FIGURES[name].ours, Tables.of("paper")) for name in ("figure32", "figure35", "figure38", "figure42", "beyond_rewinding")
    ] == [""] * 5
