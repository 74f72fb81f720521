"""Drawing figures into figures/<collection> from the tables of the experiments that have been run."""

import contextlib
import io
import multiprocessing
import os
import signal
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

import pandas as pd
from tqdm import tqdm

from lth import paths
from lth.claims.basis import SCALINGS
from lth.config import COLLECTIONS, experiment_names, load_experiment
from lth.errors import Interrupted, LthError
from lth.figures import FIGURES, named
from lth.plots import style
from lth.plots.figure import Figure
from lth.results.tables import Tables, command, missing, partial, planned
from lth.sentences import fill
from lth.storage import read, summed, write_bytes, write_sums

COLUMNS = ["figure", "drawn from", "not run", "command", "not planned", "caption", "ours"]

KINDS = ("pdf", "svg", "png", "csv")
"""What is written of a figure: three pictures and its numbers."""

FULL = ("paper", "beyond")
"""Collections at the paper's scale, of which figures say what we find."""

DRAWN = "draw it with `make figures`"

SCALED = SCALINGS | {"standardised": "images standardised by channel"}
"""How images are scaled, in words."""

LACKS = {"not run": "has not run", "not planned": "is not planned"}
"""Columns of index.csv, and how a sentence says them."""


def draw_collection(collection: str, only: Collection[str] = FIGURES) -> pd.DataFrame:
    """Draws those figures of `only` that the experiments of a collection support, into figures/<collection>.

    Writes and returns index.csv there, a row per figure: what it is drawn from, what has not been run and the command that runs it, the caption, and
    what we find there. Figures that are not in `only` keep the row that they have; files of those that nothing supports any more are removed.
    """
    folder = paths.FIGURES / collection
    before = index_of(collection).to_dict("records") if set(only) < set(FIGURES) else []
    kept = {row["figure"]: row for row in before if row["figure"] not in only}
    experiments = {folder.split("/")[1]: folder for folder in experiment_names(collection)}
    index, indexed = [], in_index(collection)
    with _processes(collection) as pool:
        drawings: dict[str, Future[str]] = {}
        for name, figure in FIGURES.items():
            wanted = {run: experiments[run] for run in figure.experiments if run in experiments}
            available, needs, unplanned = _support(figure, wanted)
            drawable = figure.drawable(available)
            if name in indexed:
                row = {
                    "figure": name,
                    "drawn from": " ".join(available) if drawable else "",
                    "not run": _listed(needs),
                    "command": f"{command({wanted[run]: of for run, of in needs.items()})} && make figures" if needs else "",
                    "not planned": _listed(unplanned),
                    "caption": _caption(figure, collection, available if drawable else {}),
                }
                index.append(kept.get(name, row))
            if drawable and name in only:
                drawings[name] = pool.submit(_draw, collection, name, available, [run for run in wanted if run not in available])
        ours = _results(collection, drawings)
    for row in index:
        row["ours"] = ours.get(row["figure"], row.get("ours", ""))
    table = pd.DataFrame(index, columns=COLUMNS)
    write_bytes(folder / "index.csv", table.to_csv(index=False, lineterminator="\n").encode())
    for file in folder.iterdir():
        if file.suffix[1:] in KINDS and file.stem in set(FIGURES) - set(table.loc[table["drawn from"] != "", "figure"]):
            file.unlink()
    write_sums(folder, ["index.csv", *(f"{name}.csv" for name in ours)])
    return table


@contextlib.contextmanager
def _processes(collection: str) -> Iterator[ProcessPoolExecutor]:
    """The processes that draw. Raises Interrupted at Ctrl-C, without waiting for what they draw."""
    with ProcessPoolExecutor(initializer=_leave_interrupts) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # for good: a second one would leave processes behind, or take the last line
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.kill()
                process.join()
            restore = f"`git checkout -- figures/{collection}` restores them"
            raise Interrupted(f"figures/{collection} may hold new figures beside old ones: {restore}") from None


def _leave_interrupts() -> None:
    """In a process that draws: Ctrl-C is for the one that waits for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _results(collection: str, drawings: Mapping[str, Future[str]]) -> dict[str, str]:
    """What each drawing returns, with a bar while they are drawn, if there are any."""
    names = {drawing: name for name, drawing in drawings.items()}
    form = "{desc} |{bar}| {n_fmt}/{total_fmt}{postfix} · {elapsed}"
    every = 0.1 if os.isatty(2) else 15
    options = {"desc": f"figures/{collection}", "dynamic_ncols": True, "mininterval": every, "bar_format": form, "disable": not drawings}
    with tqdm(total=len(drawings), **options) as bar:
        for drawing in as_completed(names):
            drawing.result()
            bar.set_postfix_str(names[drawing], refresh=False)
            bar.update()
    return {name: drawing.result() for name, drawing in drawings.items()}


def index_of(collection: str) -> pd.DataFrame:
    """A collection's index.csv, without rows where nothing has been drawn. Raises LthError where it is damaged."""
    file = paths.FIGURES / collection / "index.csv"
    if not file.parent.is_dir():
        return pd.DataFrame(columns=COLUMNS)
    return read(file, lambda content: _index(content, in_index(collection)), DRAWN, sha256=summed(file))


def _index(content: bytes, figures: list[str]) -> pd.DataFrame:
    """A table of these figures. Raises ValueError where it is another."""
    table = pd.read_csv(io.BytesIO(content), keep_default_na=False)
    if list(table) != COLUMNS or list(table["figure"]) != figures:
        raise ValueError("another version drew it")
    return table


def in_index(collection: str) -> list[str]:
    """The figures that a collection's experiments could support, run or not."""
    there = {folder.split("/")[1] for folder in experiment_names(collection)}
    return [name for name, figure in FIGURES.items() if figure.drawable(there)]


def drawn_from(collections: Iterable[str]) -> dict[str, set[str]]:
    """By figure, the experiments that it would be drawn from, were all of some collections run to their end."""
    found = {name: set() for name in FIGURES}
    for collection in collections:
        folders = {folder.split("/")[1]: folder for folder in experiment_names(collection)}
        for name, figure in FIGURES.items():
            runs = [run for run, needs in figure.experiments.items() if run in folders and planned(folders[run], needs) == list(needs)]
            if figure.drawable(runs):
                found[name].update(folders[run] for run in runs)
    return found


def not_drawn(figure: str, collection: str = "") -> str:
    """Why a figure has been drawn from no collection, or not from that one, and the command that would make it, in a sentence."""
    rows = [
        row for of in ([collection] if collection else COLLECTIONS) for row in index_of(of).to_dict("records") if row["figure"] == figure
    ]
    begins = f"{collection}/{figure} has not been drawn" if collection else f"{figure} has not been drawn"
    nothing = f"no experiment {f'of {collection}' if collection else 'here'} would make it"
    if not rows:
        return f"{begins}; {nothing}"
    row = min(rows, key=lambda row: not row["command"])  # the first that has one
    lacks = next(f"{said}: {row[key]}" for key, said in LACKS.items() if row[key])
    makes = f"`{row['command']}` would make it (`lth plan` says what that takes)" if row["command"] else nothing
    return f"{begins}, what it needs {lacks}; {makes}"


def _listed(lacking: Mapping[str, Sequence[str]]) -> str:
    """`lenet (reinit, sparsity); conv2 (ticket)`."""
    return "; ".join(f"{run} ({', '.join(of)})" for run, of in lacking.items())


def _support(figure: Figure, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]:
    """Those experiments that have all a figure needs; what they and the others lack and their params.yaml promise; and what it does not."""
    available, not_run, unplanned = {}, {}, {}
    for name, experiment in wanted.items():
        needs, also = figure.experiments[name], figure.also.get(name, ())
        if not missing(experiment, needs):
            available[name] = experiment
        lacking = missing(experiment, (*needs, *also))
        not_run[name] = planned(experiment, lacking)
        unplanned[name] = [need for need in lacking if need not in not_run[name]]
        if name in available and not figure.few_rounds:
            unplanned[name] += partial(experiment, (*needs, *also))
    return available, *({name: of for name, of in lacking.items() if of} for lacking in (not_run, unplanned))


def _draw(collection: str, name: str, experiments: Mapping[str, str], not_run: Sequence[str]) -> str:
    """Draws a figure, and returns what we find there, from the same tables; of collections at the paper's scale alone."""
    style.apply()
    figure, tables = FIGURES[name], Tables.of(collection)
    face = "" if collection in FULL else size(collection, experiments.values())
    absent = [] if figure.names_absent else not_run
    style.save(figure.draw(tables.named(experiments)), paths.FIGURES / collection, name, face=face, not_run=absent)
    return fill(figure.ours, tables) if collection in FULL else ""


def _caption(figure: Figure, collection: str, drawn: Mapping[str, str]) -> str:
    """What is plotted; then, where that needs results, of which scale, how many trials, and on images scaled in which way."""
    if not drawn or not any(figure.experiments.values()):
        return figure.captioned(drawn)
    about = size(collection, drawn.values())
    scaled = dict.fromkeys(SCALED[load_experiment(folder).data.scaling] for folder in drawn.values())
    return f"{figure.captioned(drawn)} {about[0].upper()}{about[1:]}, {' and '.join(scaled)}."


def size(collection: str, experiments: Iterable[str]) -> str:
    """How large the networks of experiments are, how long and how many are trained: `quick scale: 0.125 of the paper's width, …`.

    At the paper's scale, that of `beyond` too, how many alone: `paper scale: 5 trials`.
    """
    plans = [load_experiment(experiment) for experiment in experiments]
    width, iterations, trials = (
        " to ".join(dict.fromkeys(write(value) for value in (min(values), max(values))))
        for values, write in (
            ([plan.network.width for plan in plans], lambda width: "all" if width == 1 else f"{width:g}"),
            ([plan.training.iterations for plan in plans], "{:,}".format),
            ([plan.trials.count for plan in plans], str),
        )
    )
    if collection in FULL:
        return f"paper scale: {trials} trial{'s' * (trials != '1')}"
    of = "" if width == "all" else f"{width} of "
    return f"{collection} scale: {of}the paper's width, {iterations} iterations, {trials} trial{'s' * (trials != '1')}"


def collection_and_figure(word: str) -> tuple[str, str]:
    """What a reader's word for a figure names: `quick/4` is ("quick", "figure4"); `4` is of no collection, ("", "figure4").

    Raises LthError where there is no such collection or figure.
    """
    collection, _, figure = word.rpartition("/")
    if collection and collection not in COLLECTIONS:
        raise LthError(f"unknown collection {collection[:60]!r}; there are: {', '.join(COLLECTIONS)}")
    return collection, named(figure)


def draw_again(words: Sequence[str]) -> list[str]:
    """Redraws figures: `quick/4` of that collection, `4` or `figure4` of every one that has it; all if none is given.

    Returns the files written, kinds in braces. Raises LthError for a figure that does not exist, or that no committed result supports; the others
    are drawn.
    """
    asked = list(dict.fromkeys(map(collection_and_figure, words))) or [("", figure) for figure in FIGURES]
    files, there = [], set()
    for collection in filter(experiment_names, COLLECTIONS):
        only = [figure for of, figure in asked if of in ("", collection)]
        if not only:
            continue
        index = draw_collection(collection, only)
        drawn = index[(index["drawn from"] != "") & index["figure"].isin(only)]["figure"]
        files += [f"figures/{collection}/{figure}.{{{','.join(KINDS)}}}" for figure in drawn]
        there.update((of, figure) for figure in drawn for of in ("", collection))
    if words and (absent := [not_drawn(figure, of) for of, figure in asked if (of, figure) not in there]):
        raise LthError("; ".join(absent))
    return files
