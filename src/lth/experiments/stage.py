"""A stage that trains: what it reads, what computes it, and what it leaves behind. All that is not the algorithm stands here."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from lth.config import Experiment, Settings
from lth.experiments.borrowing import check_lender, lent_files
from lth.experiments.done import data_file, hashes, made_from
from lth.experiments.guard import refuse_what_takes_days
from lth.experiments.rows import tabulate, tabulate_curves
from lth.networks import Network, build
from lth.pruning.criteria import check_criterion
from lth.results.files import save, sidecar
from lth.results.provenance import record
from lth.tickets import Start, Ticket, ticket_files
from lth.tickets.controls import check_controls
from lth.training import Checkpoints, Member, Plan, Threads, Trained, checkpoints, choose_executor, train_stack
from lth.training.engines.choose import numerics_id
from lth.training.executors import Executor
from lth.training.loop import Engine
from lth.training.progress import bar


@dataclass(frozen=True)
class Stage:
    """One stage of an experiment at work, as `open_stage` makes it."""

    experiment: Experiment
    name: str
    network: Network
    images: int
    """How many there are in the training set."""
    plan: Plan
    executor: Executor
    made_by: dict[str, str]
    """The columns `engine`, `device` and `library` of its rows."""
    made_from: dict[str, str]
    """`made_from`, by which `lth.experiments.done` knows what it made, of a round or block; of others nothing."""
    checkpoints: Checkpoints

    @property
    def engine(self) -> Engine:
        """What evaluates networks in this process; there is one where it trains them too (`Settings.here`)."""
        assert isinstance(self.executor, Threads)
        return self.executor.engine

    def member(self, ticket: Ticket, *, arm: str = "ticket", draw: int = 0, start: Callable[[], Start] | None = None) -> Member:
        """A network to train: a ticket, or a draw of a control of it. start: where it starts, if not where its arm says."""
        return Member.of(ticket, self.images, arm=arm, draw=draw, start=start)

    def train(self, members: Sequence[Member], *, keep_parameters: bool = False) -> Trained:
        """Trains all as one stack; see `lth.training.train_stack`."""
        title = f"{self.experiment.folder} {self.name}"
        return train_stack(self.executor, self.plan, members, self.checkpoints, title=title, keep_parameters=keep_parameters)

    def each(self, what: str, measure: Callable, things: Sequence) -> list:
        """What is measured of each thing, in their order, on as many threads as the engine has workers. what: how the bar names it."""
        found = []
        with ThreadPoolExecutor(self.engine.workers) as pool, bar(f"{self.experiment.folder} {what}", len(things)) as shown:
            for one in pool.map(measure, things):
                found.append(one)
                shown.update()
        return found

    def whole(self) -> "Stage":
        """The stage with networks that are evaluated at both ends alone."""
        return replace(self, plan=self.plan.ends(self.plan.training.iterations))

    def level(self, number: int) -> "Stage":
        """The part of a stage that trains on from one level of pruning."""
        name = f"level {number}/{self.experiment.pruning.levels - 1}"
        return self._part(name, f"level{number:02}", self.plan.ends(self.plan.training.iterations))

    def retrained(self, level: int) -> "Stage":
        """The part of a stage that trains on from one level of pruning and measures what comes of it, as the stage does."""
        return self._part(f"level {level}/{self.experiment.pruning.levels}", f"level{level:02}", self.plan)

    def until(self, iteration: int) -> "Stage":
        """The part of a stage that trains the dense networks to an iteration."""
        return self._part(f"{self.name} to iteration {iteration}", f"until{iteration}", self.plan.ends(iteration))

    def _part(self, name: str, folder: str, plan: Plan) -> "Stage":
        """A part with checkpoints of its own."""
        return replace(self, name=name, plan=plan, checkpoints=replace(self.checkpoints, folder=self.checkpoints.folder / folder))

    def rows(self, members: Sequence[Member], trained: Trained) -> pd.DataFrame:
        """One row per network."""
        return tabulate(members, trained, self.made_by)

    def write(self, members: Sequence[Member], trained: Trained, *further: Path) -> None:
        """Writes rows and curves, and the provenance of them and of `further` files that the stage has written."""
        files = save(self.experiment, self.name, self.rows(members, trained), tabulate_curves(members, trained, self.plan))
        kind = "round" if self.name in self.experiment.rounds else "control"
        self.record([*files, *further], f"pipelines/{self.experiment.folder}/dvc.yaml:{kind}@{self.name}")

    def record(self, files: list[Path], target: str) -> None:
        """Writes the provenance of files that the stage has written. target: the stage, as `dvc repro` knows it."""
        equipment = self.executor.equipment
        about: dict = self.made_by | self.made_from | {"hardware": equipment.hardware}
        if equipment.device != "cpu":
            about["networks_per_chunk"] = equipment.chunk_size
        record(sidecar(self.experiment.folder, self.name), files, f"dvc repro -s -f {target}", about, self.checkpoints.seconds)


@contextlib.contextmanager
def open_stage(
    settings: Settings,
    experiment: Experiment,
    name: str,
    tickets: Sequence[Ticket],
    *,
    test_curve_until: int = 0,
    until: int | None = None,
    **depends_on,
) -> Iterator[Stage]:
    """A stage of an experiment for the length of a with-block, held against a second run of it.

    tickets: what it trains, or trains controls of. test_curve_until: the last iteration at which test accuracy is measured on the way.
    until: the iteration that it trains to, if not the last. depends_on: what its results depend on beside params, tickets, data and engine
    (JSON). Where all this is what it was when the stage was stopped, it goes on from its checkpoints; they are removed when the block ends, and
    kept when it raises.
    """
    check_controls(experiment)
    check_criterion(experiment)
    check_lender(experiment)
    plan = Plan(experiment.training, experiment.evaluation, test_curve_until)
    plan = plan.ends(until) if until else plan
    refuse_what_takes_days(settings, experiment, name, plan, [ticket.round for ticket in tickets])
    network, executor = build(experiment.network), choose_executor(settings, experiment, plan)
    used = executor.equipment
    made_by = {"engine": numerics_id(network.name, used.engine), "device": used.device, "library": used.library}
    own = ticket_files(experiment, max(ticket.round for ticket in tickets))
    inputs = hashes([*own, *lent_files(experiment, name), data_file(experiment)])
    known = name in experiment.rounds or name in experiment.blocks
    from_these = {"made_from": made_from(settings, experiment, name, inputs)} if known else {}
    depends_on |= {
        "stage": name,
        "settings": settings.model_dump(exclude={"cpu_hours", "executor"}),
        "experiment": experiment.model_dump(exclude={"rounds", "blocks", "copies"}),
        "block": experiment.blocks[name].model_dump() if name in experiment.blocks else None,
        "files": inputs,
        **made_by,
    }
    with checkpoints(depends_on, f"{experiment.folder} {name}") as kept:
        yield Stage(experiment, name, network, executor.images, plan, executor, made_by, from_these, kept)
        kept.remove()
