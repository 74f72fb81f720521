"""What a module of `lth.figures` says of its figure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lth.plots.lines import Drawn
from lth.results.tables import Tables


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure: what it needs, what it shows, how it is drawn."""

    experiments: Mapping[str, tuple[str, ...]]
    """What it draws: by the name of an experiment, of whatever collection, the arms and extra tables it needs."""
    caption: str
    """What is plotted: the lines, n, and what the error bars are."""
    adds: Mapping[str, str] = field(default_factory=dict)
    """What the caption adds where an experiment is drawn, by its name."""
    finding: str
    """What the paper finds there, in our words."""
    draw: Callable[[Tables], Drawn]
    """From the tables of the experiments that have all that is needed, the figure and its numbers."""
    required: tuple[str, ...] = ()
    """Those of the experiments without which nothing is drawn."""
    one_of: tuple[str, ...] = ()
    """Those of the experiments of which one is needed at least; none named: any."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Arms that are drawn where they are there, and named as not run elsewhere."""
    few_rounds: bool = False
    """True where a few rounds alone are shown: arms are then not named as run in part."""
    names_absent: bool = False
    """True where the figure itself names what has not run."""
    ours: tuple[str, ...] = ()
    """What we find there at paper scale, where no claim is judged on the figure: sentences that `lth.sentences` fills from the tables."""

    def captioned(self, drawn: Iterable[str]) -> str:
        """The caption of the figure as it is drawn from experiments of these names."""
        return " ".join([self.caption, *(words for name, words in self.adds.items() if name in set(drawn))])

    def drawable(self, available: Iterable[str]) -> bool:
        """Whether experiments, of whatever names, make the figure."""
        there = set(available) & set(self.experiments)
        return bool(there & set(self.one_of or there)) and set(self.required) <= there
