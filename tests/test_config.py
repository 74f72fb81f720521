"""params.yaml: the real ones parse, and every mistake is one line that says what, where and what is allowed."""

import re
import sys
from importlib import import_module

import pytest
import yaml
from ruamel.yaml import YAML as YAML12

import tiny
from lth import paths
from lth.config import experiment_names, load_experiment, load_settings
from lth.entry import run
from lth.errors import LthError
from lth.tickets import save_initial


@pytest.mark.parametrize("name", experiment_names())
def test_every_experiment_parses(name):
    experiment = load_experiment(name)
    assert experiment.folder == name


def test_the_root_settings_parse():
    assert load_settings().seed >= 0


def test_every_pipeline_file_is_the_same():
    contents = {(paths.PIPELINES / name / "dvc.yaml").read_bytes() for name in experiment_names()}
    assert len(contents) == 1, "pipelines/*/dvc.yaml must be byte-identical"


def refusal(root, values, name: str = "tiny") -> str:
    """The one line that loading these values ends in."""
    tiny.write_experiment(root, values)
    with pytest.raises(LthError) as caught:
        load_experiment(name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("pipelines/quick/tiny/params.yaml: ")
    assert len(message) < 1_500
    return message


BLOCK = {"control": "reinit", "rounds": ["r01"], "after": "r00", "draws": 1, "test_curve_until": 0}

AT_ONCE = {"method": "oneshot", "levels": 2, "conv": 0.0, "fc": [0.2, 0.5], "output": [0.1, 0.25]}

CONV = {"name": "conv2", "width": 1.0, "dropout": 0.0}

DEEP = {"network.name": "resnet18", "data.name": "cifar10", "pruning": {"method": "global", "conv": 0.2, "fc": 0.0, "output": 0.0}}

MISTAKES = {
    "misspelt key": ({"trails": 5}, ["trails", "unknown key", "trials", "network", "rounds"]),
    "misspelt nested key": ({"training.iteration": 5}, ["training.iteration:", "unknown key", "iterations", "batch_size"]),
    "misspelt key, two levels down": ({"training.optimiser.lr": 0.1}, ["training.optimiser.lr:", "unknown key", "learning_rate", "warmup"]),
    "misspelt key of a block": ({"blocks.reinit.draw": 1}, ["blocks.reinit.draw:", "unknown key", "draws", "test_curve_until"]),
    "text for a number": ({"training.iterations": "many"}, ["training.iterations", "'many'", "integer"]),
    "fraction for a count": ({"trials": 2.5}, ["trials", "2.5", "integer"]),
    "yes for a count": ({"trials": True}, ["trials", "True", "integer"]),
    "text for a mapping": ({"network": "lenet"}, ["network", "'lenet'"]),
    "null for a number": ({"training.batch_size": None}, ["training.batch_size", "None", "integer"]),
    "rate above one": ({"pruning.fc": 1.2}, ["pruning.fc: 1.2 is wrong, must be less than 1"]),
    "rate above one in a list": ({"pruning": {**AT_ONCE, "fc": [0.5, 1.2]}}, ["pruning.fc.1: 1.2 is wrong"]),
    "rate of one": ({"pruning.output": 1.0}, ["pruning.output", "1.0", "less than 1"]),
    "negative rate": ({"pruning.conv": -0.1}, ["pruning.conv", "-0.1", "greater than or equal to 0"]),
    "rate not a number": ({"pruning.fc": float("nan")}, ["pruning.fc", "nan"]),
    "infinite learning rate": ({"training.optimiser.learning_rate": float("inf")}, ["training.optimiser.learning_rate", "inf", "finite"]),
    "no learning rate": ({"training.optimiser.learning_rate": 0}, ["training.optimiser.learning_rate", "greater than 0"]),
    "no iterations": ({"training.iterations": 0}, ["training.iterations", "0", "greater than 0"]),
    "unknown network": ({"network.name": "lenet5"}, ["network.name", "'lenet5'", "'lenet'", "'conv6'"]),
    "unknown optimiser": ({"training.optimiser.name": "adamw"}, ["training.optimiser.name", "'adamw'", "'adam'", "'sgd'"]),
    "unknown scaling": ({"data.scaling": "l1"}, ["data.scaling", "'l1'", "'l2'", "'unit'"]),
    "network on the wrong data": ({"data.name": "cifar10"}, ["data.name", "cifar10", "lenet takes mnist"]),
    "drops out of order": ({"training.optimiser.drops": [20, 10]}, ["training.optimiser", "drops", "20, 10"]),
    "hole in the rounds": ({"rounds": {"r00": "initial", "r02": "r01"}}, ["rounds", "r02: r01", "r01: r00"]),
    "rounds out of order": ({"rounds": {"r01": "r00", "r00": "initial"}}, ["rounds", "r01: r00", "r00: initial"]),
    "round after the wrong one": ({"rounds": {"r00": "initial", "r01": "initial"}}, ["rounds", "r01: initial", "r01: r00"]),
    "round of a strange name": ({"rounds": {"r00": "initial", "1": "r00"}}, ["rounds", "'1'"]),
    "no rounds": ({"rounds": {}}, ["rounds"]),
    "block of an absent round": ({"blocks.reinit.rounds": ["r01", "r07"]}, ["blocks.reinit.rounds", "r07", "r02"]),
    "block of the dense network": ({"blocks.reinit.rounds": ["r00"]}, ["blocks.reinit", "r00"]),
    "block out of order": ({"blocks.reinit.rounds": ["r02", "r01"]}, ["blocks.reinit", "ascend", "r02, r01"]),
    "block without rounds": ({"blocks.reinit.rounds": []}, ["blocks.reinit.rounds"]),
    "block of a control that cannot be": ({"blocks.reinit.control": "../x"}, ["blocks.reinit.control: '../x' is wrong", "[a-z0-9.-]"]),
    "block named as a round": ({"blocks": {"r01": BLOCK}}, ["blocks", "r01"]),
    "block with a path for a name": ({"blocks": {"../x": BLOCK}}, ["blocks", "../x"]),
    "blocks that overlap": ({"blocks.again": BLOCK}, ["blocks.again", "blocks.reinit", "reinit of r01"]),
    "batch larger than the data": ({"training.batch_size": 60_000}, ["training.batch_size", "60000", "55000"]),
    "more images than there are": ({"evaluation.validation_images": 5_001}, ["evaluation.validation_images", "5001", "5000", "null"]),
    "block after the wrong round": ({"blocks.reinit.after": "r01"}, ["blocks.reinit.after", "r01", "r00"]),
    "block of tickets that rounds train": ({"blocks.reinit.control": "ticket", "blocks.reinit.draws": 1}, ["blocks.reinit", "oneshot"]),
    "levels of iterative pruning": ({"pruning.levels": 3}, ["pruning", "levels", "oneshot", "layerwise"]),
    "one-shot without levels": ({"pruning.method": "oneshot"}, ["pruning", "levels"]),
    "a lender of another method": (
        {"pruning.of": "quick/tiny"},
        ["pruning", "of names the experiment", "borrowed alone, not to layerwise"],
    ),
    "one-shot with rounds": ({"pruning.method": "oneshot", "pruning.levels": 2}, ["rounds", "r00 alone", "oneshot"]),
    "shares that fall": ({"pruning": {**AT_ONCE, "fc": [0.5, 0.2]}}, ["pruning", "fc", "ascend"]),
    "too few shares": ({"pruning": {**AT_ONCE, "fc": [0.5]}}, ["pruning", "fc", "one share for each"]),
    "shares beside a rate": ({"pruning": {**AT_ONCE, "output": 0.1}}, ["pruning", "must all be lists"]),
    "hidden widths of a convolutional network": ({"network": {**CONV, "hidden": [9, 9]}}, ["network", "hidden", "lenet", "conv2"]),
    "hidden widths and a factor": ({"network.hidden": [25, 9]}, ["network", "hidden and width"]),
    "one hidden width": ({"network.hidden": [25]}, ["network.hidden"]),
    "no deviation": ({"network.deviation": 0.0}, ["network.deviation", "greater than 0"]),
    "drop after the end": ({"training.optimiser.drops": [1_000_000]}, ["training.optimiser", "drops", "iterations"]),
    "another folder's name": ({"name": "lenet"}, ["name", "'quick/lenet'", "'quick/tiny'"]),
    "another collection": ({"collection": "paper"}, ["collection", "'paper/tiny'", "'quick/tiny'"]),
    "unknown collection": ({"collection": "fast"}, ["collection", "'fast'", "'quick'"]),
    "a name that is no folder's": ({"name": "../evil"}, ["name", "'../evil'", "pattern"]),
    "sweep of a key that may not vary": (
        {"training.vary": {"optimiser.drops": [1]}},
        ["training: vary.optimiser.drops: unknown key", "warmup"],
    ),
    "sweep that falls": ({"training.vary": {"optimiser.learning_rate": [2, 1]}}, ["vary.optimiser.learning_rate must ascend", "2, 1"]),
    "sweep of a truth": ({"training.vary": {"optimiser.learning_rate": [True]}}, ["training.vary", "must be a valid number"]),
    "sweep of nothing": ({"training.vary": {"optimiser.learning_rate": []}}, ["training.vary", "at least 1 item"]),
    "sweep to a rate of zero": (
        {"training.vary": {"optimiser.learning_rate": [0]}},
        ["vary.optimiser.learning_rate: 0 is wrong, must be gre"],
    ),
    "sweep to half an iteration": ({"training.vary": {"optimiser.warmup": [0, 0.5]}}, ["vary.optimiser.warmup: 0.5 is wrong", "integer"]),
    "sweep beyond the end": ({"training.vary": {"optimiser.warmup": [0, 1_000]}}, ["warmup and drops must lie within the 40"]),
    "two sweeps": ({"training.vary": {"optimiser.warmup": [0], "optimiser.learning_rate": [1]}}, ["training.vary", "at most 1 item"]),
    "dropout of a network without hidden units": ({**DEEP, "network.dropout": 0.5}, ["network: dropout", "resnet18 has none"]),
    "hidden widths of a deep network": ({**DEEP, "network.hidden": [9, 9]}, ["network: hidden", "lenet", "resnet18"]),
    "a deviation of a deep network": ({**DEEP, "network.name": "vgg19", "network.deviation": 0.1}, ["deviation", "lenet", "vgg19"]),
    "a deep network on the wrong data": ({**DEEP, "data.name": "mnist"}, ["data.name", "mnist", "resnet18 takes cifar10"]),
    "pruning of an output that is never pruned": (
        {**DEEP, "pruning": {"method": "layerwise", "conv": 0.2, "fc": 0.0, "output": 0.1}},
        ["pruning.output must be 0", "resnet18"],
    ),
    "global pruning of dense layers": ({**DEEP, "pruning.fc": 0.2}, ["pruning", "global ranks convolutions alone"]),
    "global pruning of a network without convolutions": (
        {"pruning": {"method": "global", "fc": 0.0, "output": 0.0}},
        ["pruning.method: global ranks convolutions, of which lenet has none; use layerwise"],
    ),
    "a rate that no layer answers to": ({"pruning.conv": 0.1}, ["pruning.conv must be 0 for lenet, no layer of which"]),
    "misspelt augmentation": ({**DEEP, "training.augment": "flipcrop"}, ["training.augment: 'flipcrop' is wrong", "'flip-crop'"]),
    "a precision that there is not": ({"training.precision": "fp16"}, ["training.precision: 'fp16' is wrong", "'ieee'", "'tf32'"]),
    "a precision beside the training": ({"precision": "tf32"}, ["precision: unknown key, allowed here: ", "training"]),
    "augmentation of digits": ({"training.augment": "flip-crop"}, ["training.augment: flip-crop", "cifar10"]),
    "test beyond the end": ({"evaluation.test_at": [10, 41]}, ["evaluation.test_at: 41 is wrong, must be at most the 40"]),
    "test before the beginning": ({"evaluation.test_at": [0]}, ["evaluation.test_at.0: 0 is wrong", "greater than 0"]),
    "tests out of order": ({"evaluation.test_at": [20, 10]}, ["evaluation.test_at", "ascend", "20, 10"]),
    "one test that is no list": ({"evaluation.test_at": 10}, ["evaluation.test_at: 10 is wrong"]),
    "rewinding to before the beginning": ({"training.rewind": -1}, ["training.rewind: -1 is wrong, must be greater than or equal to 0"]),
    "rewinding to the end": ({"training.rewind": 40}, ["training.rewind: 40 is wrong, must be less than the 40 iterations"]),
    "rewinding to a word": ({"training.rewind": "early"}, ["training.rewind: 'early' is wrong, must be a valid integer"]),
    "rewinding to half an iteration": ({"training.rewind": 0.5}, ["training.rewind: 0.5 is wrong", "integer"]),
    "rewinding if at all": ({"training.rewind": True}, ["training.rewind: True is wrong", "integer"]),
    "rewinding to nothing": ({"training.rewind": None}, ["training.rewind: None is wrong", "integer"]),
    "rewinding to several iterations": ({"training.rewind": [1, 2]}, ["training.rewind: [1, 2] is wrong", "integer"]),
    "misspelt rewinding": ({"training.rewinds": 1}, ["training.rewinds: unknown key", "rewind"]),
    **{
        f"rewinding of {method} masks": (
            {
                "training.rewind": 5,
                "pruning": {**AT_ONCE, "method": method, "fc": 0.2, "output": 0.1},
                "rounds": {"r00": "initial"},
                "blocks": {},
            },
            ["training.rewind belongs to pruning round after round (layerwise, global), not to", method],
        )
        for method in ("oneshot", "continued", "iteration0")
    },
    "trials that begin nowhere": ({"trials": {"first": -1, "count": 3}}, ["trials.first", "-1", "greater than or equal to 0"]),
    "more trials than anybody trains": ({"trials": 1001}, ["trials.count", "1001", "less than or equal to 1000"]),
    "more draws": ({"blocks.reinit.draws": 1001}, ["blocks.reinit.draws", "less than or equal to 1000"]),
    "more iterations": ({"training.iterations": 10**12}, ["training.iterations", "less than or equal to 10000000"]),
    "too many evaluations": ({"training.iterations": 10**6, "evaluation.every": 1}, ["evaluation.every", "1,000,000", "10,000"]),
    "too many tests": (
        {"training.iterations": 10**5, "evaluation.test_at": list(range(1, 10_001))},
        ["test_at", "20,000 evaluations", "at most 10,000"],
    ),
    "wider than any machine": ({"network.width": 1e9}, ["network.width", "less than or equal to 100"]),
    "hidden widths beyond any machine": ({"network": {"name": "lenet", "hidden": [10**12, 1]}}, ["network.hidden", "100000"]),
    "too many networks": ({"trials": 1000, "blocks.reinit.draws": 1000}, ["1,003,000 networks", "at most 100,000"]),
    "a name longer than a file's": ({"name": "x" * 300}, ["name", "x …", "at most 100 characters"]),
    "a block's name longer than a file's": ({"blocks": {"x" * 300: BLOCK}}, ["blocks", "at most 100 characters"]),
    "a value as long as a book": ({"trials": "x" * 10**6}, ["trials.count: 'xxx", "x … is wrong"]),
    "a key as long as a book": ({"x" * 10**6: 1}, ["x …: unknown key"]),
    "dozens of mistakes": ({f"key{n}": n for n in range(30)}, ["key0: unknown", "key4: unknown", "; and 25 more"]),
    "trials without a count": ({"trials": {"first": 5}}, ["trials.count: missing"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line(root, mistake):
    changes, wanted = MISTAKES[mistake]
    message = refusal(root, tiny.numbers(changes))
    assert not [part for part in wanted if part not in message], message


@pytest.mark.parametrize("key", ["trials", "network.name", "training.optimiser.learning_rate", "blocks.reinit.control"])
def test_a_missing_key_is_named(root, key):
    values = tiny.numbers()
    *folders, last = key.split(".")
    place = values
    for folder in folders:
        place = place[folder]
    del place[last]
    assert f"{key}: missing" in refusal(root, values)


@pytest.mark.parametrize("content", [b"trials: [5", b"a: b: c", b"\xff\xfe\x00", b"", b"- 1", b"only words"])
def test_a_file_that_holds_no_parameters(root, content):
    file = tiny.write_experiment(root, {})
    file.write_bytes(content)
    with pytest.raises(LthError, match=r"^pipelines/quick/tiny/params.yaml(:| is damaged \(.+\):) .+$"):
        load_experiment("tiny")


YAML = {
    "batch_size: 060": 60,
    "batch_size: 0o17": 15,
    "batch_size: 1_0": 10,
    "batch_size: 1:30": "training.batch_size: '1:30' is wrong",
    "batch_size: yes": "training.batch_size: 'yes' is wrong",
    "batch_size: 8\n  batch_size: 9": 'found duplicate key "batch_size"',
    "batch_size: &size 8": 8,
    "batch_size: &size 8\n  size: *size": "an alias, \\*size: write the value out",
}


@pytest.mark.parametrize("written", YAML)
def test_numbers_are_read_as_dvc_reads_them(root, written):
    """Of what is read, DVC's own parser says the same."""
    file = tiny.write_experiment(root, tiny.numbers())
    file.write_text(file.read_text().replace("batch_size: 8", written))
    if isinstance(YAML[written], int):
        recorded = YAML12(typ="safe").load(file.read_text())["training"]["batch_size"]
        assert load_experiment("tiny").training.batch_size == recorded == YAML[written]
    else:
        with pytest.raises(LthError, match=YAML[written]):
            load_experiment("tiny")


@pytest.mark.parametrize("nested", ["[" * 1000 + "]" * 1000, "- " * 1000 + "1", "{a: " * 1000 + "1" + "}" * 1000, "[" * 10**5])
def test_deep_nesting_is_refused_at_once(root, nested):
    file = tiny.write_experiment(root, tiny.numbers())
    file.write_text(f"{file.read_text()}more:\n  {nested}\n")
    with pytest.raises(LthError, match=r"nested more than 20 deep\): mend it$"):
        load_experiment("tiny")


def test_a_network_too_large_for_the_machine_is_refused_before_it_is_drawn(root):
    tiny.write_experiment(root, tiny.numbers({"network": {"name": "lenet", "hidden": [10**5, 10**5]}, "trials": 1000}))
    with pytest.raises(
        LthError, match=r"1,000 networks of 10,079,400,000 weights need [\d,]+ GiB to be drawn, this machine has \d+: lower"
    ):
        save_initial(load_experiment("tiny"), seed=0)


def test_missing_files(root):
    with pytest.raises(LthError, match=r"clone of the repository.*LTH_ROOT|^LTH_ROOT is .* no clone of the repository"):
        load_experiment("tiny")
    (root / "params.yaml").touch()
    paths.PIPELINES.mkdir()
    paths.NUMERICS.mkdir(parents=True)
    with pytest.raises(LthError, match=r"^pipelines/ holds no experiment: restore it with `git checkout -- pipelines`$"):
        load_experiment("tiny")
    tiny.write_experiment(root, tiny.numbers())
    (root / "pipelines" / "paper" / "bare").mkdir(parents=True)
    with pytest.raises(LthError, match=r"^pipelines/paper/bare/params.yaml is missing: restore it with `git checkout"):
        load_experiment("bare")
    for name in ("quick/tiny/", "pipelines/quick/tiny", "pipelines/quick/tiny/"):
        assert load_experiment(name).folder == "quick/tiny", "as a shell completes it"
    with pytest.raises(
        LthError, match=r"^quick is a collection of 1 experiments, such as quick/tiny; `lth plan quick` and `lth train --all quick`"
    ):
        load_experiment("quick")
    for name in ("tini", "quick/tyni", "tinny"):
        with pytest.raises(LthError, match=rf"^unknown experiment '{name}'; did you mean quick/tiny\? \(`lth show` lists them\)$"):
            load_experiment(name)
    for name in ("", "..", "../quick/tiny", "/quick/tiny", "quick/../quick/tiny"):
        with pytest.raises(LthError, match=r"^unknown experiment "):
            load_experiment(name)


def test_names_are_suggested_by_how_alike_they_are_and_among_equals_those_with_results(root):
    for folder in ("desk/lenet", "paper/lenet-copies", "quick/conv2", "quick/lenet"):
        collection, name = folder.split("/")
        tiny.write_experiment(root, tiny.numbers({"collection": collection, "name": name}), folder)
    for folder in ("quick/conv2", "quick/lenet"):
        (paths.RESULTS / folder).mkdir(parents=True)
        (paths.RESULTS / folder / "summary.csv").touch()

    def suggested(name: str) -> list[str]:
        with pytest.raises(LthError, match=r"^unknown experiment ") as refused:
            load_experiment(name)
        return re.findall(r"[a-z]+/[a-z0-9-]+", str(refused.value).partition("did you mean")[2])

    assert suggested("quick/lenett") == ["quick/lenet", "desk/lenet", "quick/conv2"]
    assert suggested("lenett")[:2] == ["quick/lenet", "desk/lenet"]
    assert suggested("nope") == []


def test_a_name_without_a_collection_is_the_papers_first(root):
    tiny.write_experiment(root, tiny.numbers())
    assert load_experiment("tiny").folder == load_experiment("quick/tiny").folder == "quick/tiny"
    tiny.write_experiment(root, tiny.numbers({"collection": "paper"}), "paper/tiny")
    assert load_experiment("tiny").folder == "paper/tiny"
    assert experiment_names() == ["paper/tiny", "quick/tiny"]
    assert experiment_names("quick") == ["quick/tiny"]


def test_which_trials(root):
    tiny.write_experiment(root, tiny.numbers({"trials": 2}))
    assert list(load_experiment("tiny").trials.numbers) == [0, 1]
    tiny.write_experiment(root, tiny.numbers({"trials": {"first": 5, "count": 3}}))
    assert list(load_experiment("tiny").trials.numbers) == [5, 6, 7]


def test_the_precision_is_the_experiments_own_or_the_roots():
    settings, own = load_settings(), tiny.experiment(changes={"training.precision": "tf32"})
    for everywhere in ("ieee", "tf32"):
        root = settings.model_copy(update={"precision": everywhere})
        assert own.training.precision_under(root) == "tf32"
        assert tiny.experiment().training.precision_under(root) == everywhere


def test_an_absent_precision_is_in_no_dump():
    """Of which the names of checkpoints are hashes: those of experiments without one stay what they were before there was such a key."""
    assert tiny.experiment().model_dump()["training"].keys() == {"iterations", "batch_size", "optimiser", "augment", "vary"}
    assert tiny.experiment(changes={"training.precision": "ieee"}).model_dump()["training"]["precision"] == "ieee"


@pytest.mark.parametrize("name", experiment_names())
def test_the_papers_images_of_cifar10_are_trained_on_in_tf32(name):
    """And digits in exact float32; quick ones are for a CPU, where neither is of any effect."""
    experiment = load_experiment(name)
    wanted = "tf32" if experiment.collection == "paper" and experiment.data.name == "cifar10" else None
    assert experiment.training.precision == wanted


def test_missing_settings(root):
    with pytest.raises(LthError, match=r"^params.yaml is missing: .*git checkout.*$"):
        load_settings()


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"sead": 1}, ["sead", "unknown key", "seed", "chunk_gib"]),
        ({"seed": -1}, ["seed", "-1", "greater than or equal to 0"]),
        ({"device": "gpu"}, ["device", "'gpu'", "'cuda'"]),
        ({"precision": "fp16"}, ["precision", "'fp16'", "'tf32'"]),
    ],
)
def test_a_mistake_in_the_root_settings_is_one_line(root, changes, wanted):
    (root / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, **changes}))
    with pytest.raises(LthError, match=r"^params.yaml: .+$") as caught:
        load_settings()
    assert not [part for part in wanted if part not in str(caught.value)], caught.value


def test_configurations_are_frozen(root):
    tiny.write_experiment(root, tiny.numbers())
    with pytest.raises(ValueError, match="frozen"):
        load_experiment("tiny").trials = 7


@pytest.mark.parametrize(
    "words",
    ["round tiny r07", "round tiny seven", "control tiny reint", "round tyni r00", "initialise tyni", "data mnits", "structure conv"],
)
def test_a_stage_refuses_what_there_is_not(project, words, monkeypatch):
    save_initial(load_experiment("tiny"), seed=0)
    tiny.write_experiment(project, tiny.numbers({"name": "conv", "network.name": "conv2", "data.name": "cifar10"}), "quick/conv")
    stage, *rest = words.split()
    monkeypatch.setattr(sys, "argv", [stage, *rest])
    with pytest.raises(SystemExit, match=r"^error: .+$") as ended:
        run(import_module(f"lth.stages.{stage}").main)
    assert any(word in str(ended.value) for word in rest if word != "tiny"), "it names what was asked for"
