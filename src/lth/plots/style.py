"""One quiet style for all figures, and files that are byte-identical when drawn again."""

import hashlib
import io
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from lth.plots.lines import Drawn
from lth.storage import write_bytes

COLOURS = {
    "blue": "#0173b2",
    "orange": "#de8f05",
    "green": "#029e73",
    "red": "#d55e00",
    "purple": "#cc78bc",
    "brown": "#ca9161",
    "pink": "#fbafe4",
    "grey": "#949494",
    "yellow": "#ece133",
    "sky": "#56b4e9",
}
"""Seaborn's palette `colorblind`, written out: importing seaborn takes as long as drawing a figure."""
MAP = "viridis"
"""Matplotlib's map for what has an order, and keeps it in grey."""
INK = "#1a1a1a"
"""For what the others are compared with."""

RC = {
    "axes.axisbelow": True,  # the grid lies behind bars and bands too
    "axes.edgecolor": "0.3",
    "axes.grid": True,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "errorbar.capsize": 1.5,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "grid.color": "0.9",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "lines.linewidth": 1.1,
    "lines.markersize": 3,
    "pdf.fonttype": 42,  # fonts embedded, text stays text
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    "svg.hashsalt": "lth",
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
}


def apply() -> None:
    """Draw without a display, in the style, from matplotlib's own defaults whatever the user's are."""
    mpl.use("agg")
    mpl.rcdefaults()
    mpl.rcParams.update(RC)


def save(drawn: Drawn, folder: Path, name: str, *, face: str = "", not_run: Sequence[str] = ()) -> None:
    """Writes name.pdf, .svg, .png and .csv. The pictures carry the SHA-256 of the CSV.

    face: what the pictures say on top, as those of smaller networks do. not_run: the experiments that they lack, named there too.
    """
    about = [face] if face else []
    about += textwrap.wrap(f"not run: {', '.join(not_run)}", 125, break_on_hyphens=False) if not_run else []
    if about:
        drawn.figure.suptitle("\n".join(about), fontsize=7, color="0.45", style="italic")
    numbers = drawn.numbers.to_csv(index=False, lineterminator="\n", float_format="%.9g").encode()
    described = f"numbers sha256 {hashlib.sha256(numbers).hexdigest()}"
    metadata = {
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None, "Subject": described},
        "svg": {"Date": None, "Creator": None, "Description": described},
        "png": {"Software": None, "Description": described},
    }
    drawn.figure.draw_without_rendering()
    drawn.figure.set_layout_engine("none")  # laid out once, the same in all three
    for kind, words in metadata.items():
        content = io.BytesIO()
        drawn.figure.savefig(content, format=kind, metadata=words)
        write_bytes(folder / f"{name}.{kind}", content.getvalue())
    write_bytes(folder / f"{name}.csv", numbers)
