"""The gallery: every figure with what the paper found, what we found, and where the numbers come from, as one static page and as Markdown."""

import html
from collections.abc import Iterable

import pandas as pd

from lth import paths
from lth.figures import FIGURES
from lth.reports.citation import PAPER, provenance, software
from lth.reports.drawing import index_of
from lth.storage import sha256

SCALES = {
    "paper": ("Paper scale", "The paper's networks at full length."),
    "quick": ("Quick scale", "Smaller and shorter than the paper's runs, trained in minutes: a demonstration, no verdict."),
    "desk": ("Desk scale", "Narrower networks, otherwise the paper's protocol, trained in a day without a GPU: no verdict."),
    "beyond": ("Beyond the paper", "What readers asked next."),
}
KINDS = ("pdf", "svg", "png", "csv")
REMEDY = "What each figure lacks, and the command that makes it. An arm that an experiment's params.yaml does not hold yet needs a block there first."

STYLE = """
:root { color-scheme: light; --ink: #1d2329; --quiet: #59636e; --line: #d8dee4; --blue: #0a5a99; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: #fff; color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { margin: 3rem 0 .5rem; padding-bottom: .3rem; border-bottom: 2px solid var(--ink); }
h3 { margin: 0 0 .75rem; font-size: 1.15rem; }
a { color: var(--blue); }
nav { margin: 1rem 0; line-height: 1.9; }
nav a { white-space: nowrap; }
article { margin: 2rem 0; padding-top: 1.5rem; border-top: 1px solid var(--line); }
figure { margin: 0; }
img { display: block; width: 100%; height: auto; }
figcaption { margin: .75rem 0; color: var(--quiet); font-size: .93rem; }
dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .35rem 1rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
sub { line-height: 0; }
li { margin: .3rem 0; }
table { width: 100%; border-collapse: collapse; font-size: .93rem; margin: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--quiet); }
details { font-size: .88rem; color: var(--quiet); overflow-wrap: anywhere; }
summary { cursor: pointer; }
pre { background: #f5f7f9; padding: .75rem; font-size: .82rem; white-space: pre-wrap; }
.verdict { font-weight: 600; white-space: nowrap; }
@media (max-width: 40rem) {
  body { font-size: 15px; }
  dl { grid-template-columns: 1fr; gap: .1rem; }
  dd { margin-bottom: .6rem; }
  ul { padding-left: 1.2rem; }
  thead { display: none; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; padding: 0; border: 0; }
  td[data-name]::before { content: attr(data-name) ": "; color: var(--quiet); font-weight: 400; }
}
"""


def page() -> str:
    """figures/index.html."""
    claims = _claims()
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="icon" href="data:,">',
        f"<title>The Lottery Ticket Hypothesis, reproduced: figures</title><style>{STYLE}</style></head><body>",
        "<header><h1>The Lottery Ticket Hypothesis, reproduced</h1>",
        "<p>The figures of Frankle &amp; Carbin (ICLR 2019), drawn from this repository's committed results. Each is shown with what the paper",
        'found, what we found, and where the numbers come from. <a href="../README.md">README</a> says how to make them again.</p></header>',
    ]
    for folder, (title, about) in SCALES.items():
        index = index_of(folder)
        if index.empty:
            continue
        drawn = index[index["drawn from"] != ""]
        parts += [f'<section id="{folder}"><h2>{title}</h2><p>{about}</p>']
        parts += ["<nav>" + " · ".join(f'<a href="#{folder}-{name}">{label(name)}</a>' for name in drawn["figure"]) + "</nav>"]
        parts += [_article(folder, row, claims if folder == "paper" else claims.iloc[:0]) for row in drawn.to_dict("records")]
        if folder == "paper":
            parts.append(_not_run(index))
        parts.append("</section>")
    parts += [f"<section><h2>How to cite</h2><pre>{html.escape(software())}\n\n{html.escape(PAPER)}</pre></section>", "</body></html>"]
    return "\n".join(parts) + "\n"


def readme() -> str:
    """figures/README.md: the same, shorter, for a repository browser."""
    claims = _claims()
    lines = [
        "# Figures",
        "",
        "Drawn by `make figures` from committed results. `index.html` is the same as one page, with provenance. Each figure is there as PDF, SVG and",
        "PNG, and the plotted numbers as CSV.",
    ]
    for folder, (title, about) in SCALES.items():
        index = index_of(folder)
        if index.empty:
            continue
        lines += ["", f"## {title}", "", about]
        for row in index[index["drawn from"] != ""].to_dict("records"):
            name = row["figure"]
            lines += ["", f"### {label(name)}", "", f"![{label(name)}]({folder}/{name}.png)", "", row["caption"], ""]
            lines += [f"*The paper finds:* {FIGURES[name].finding}"]
            if folder == "paper" and len(judged := claims[claims["figure"] == _number(name)]):
                lines += ["", "| claim | paper | ours | n | verdict |", "|---|---|---|---|---|"]
                lines += [
                    f"| {row.claim} | {row.paper} | {row.ours or '–'} | {row.n or '–'} | {row.verdict} |" for row in judged.itertuples()
                ]
            elif ours := _ours(folder, name):
                lines += ["", f"*Ours:* {ours}"]
            if row["not run"]:
                lines += ["", f"Not run: {row['not run']}."]
            lines += ["", " · ".join(f"[{kind.upper()}]({folder}/{name}.{kind})" for kind in KINDS)]
        if folder == "paper":
            lines += ["", "### Not run", "", REMEDY, ""]
            lines += [f"- {label(name)}: {needs}\n  <br>`{command}`" for name, needs, command in _missing(index)]
    return "\n".join(lines) + "\n"


def label(name: str) -> str:
    """`figure4` -> Figure 4, `beyond_cost` -> Beyond the paper: cost."""
    if name.startswith("figure"):
        return f"Figure {_number(name)}"
    return f"Beyond the paper: {name.removeprefix('beyond_').replace('_', ' ')}"


def _article(folder: str, row: dict, claims: pd.DataFrame) -> str:
    name, experiments = row["figure"], [f"{folder}/{run}" for run in row["drawn from"].split()]
    numbers = pd.read_csv(paths.FIGURES / folder / f"{name}.csv")
    facts = {"The paper finds": _text(FIGURES[name].finding)}
    if len(judged := claims[claims["figure"] == _number(name)]):
        facts["Ours"] = _table(judged)
    elif ours := _ours(folder, name):
        facts["Ours"] = _text(ours)
    if "n" in numbers:
        least, most = int(numbers["n"].min()), int(numbers["n"].max())
        facts["Networks a point"] = f"n = {least}" if least == most else f"n = {least} to {most}, by line; see the CSV"
    if row["not run"]:
        facts["Not run"] = html.escape(row["not run"])
    facts["Download"] = " · ".join(f'<a href="{folder}/{name}.{kind}">{kind.upper()}</a>' for kind in KINDS)
    known = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in facts.items())
    sources = "".join(f"<dt>{run}</dt><dd>{_listed(provenance(run))}</dd>" for run in experiments)
    alternative = html.escape(label(name) + ": " + row["caption"], quote=True)
    digest = sha256(paths.FIGURES / folder / f"{name}.csv")
    return (
        f'<article id="{folder}-{name}"><h3>{label(name)}</h3>'
        f'<figure><a href="{folder}/{name}.svg"><img src="{folder}/{name}.png" alt="{alternative}"></a>'
        f"<figcaption>{_text(row['caption'])}</figcaption></figure>"
        f"<dl>{known}</dl><details><summary>Provenance</summary><dl>{sources}<dt>numbers</dt>"
        f"<dd>{folder}/{name}.csv, sha256 {digest}</dd><dt>cite</dt><dd><code>lth cite {name}</code></dd></dl></details></article>"
    )


def _ours(folder: str, name: str) -> str:
    """What a figure says that we find there, which is of paper scale."""
    return FIGURES[name].ours if folder == "paper" else ""


def _table(claims: pd.DataFrame) -> str:
    """Claims judged on one figure."""
    rows = "".join(
        f'<tr><td>{_text(row.claim)}</td><td data-name="paper">{_text(row.paper)}</td><td data-name="ours">{_text(row.ours) or "–"}</td>'
        f'<td data-name="n">{row.n or "–"}</td><td data-name="verdict" class="verdict">{row.verdict}</td></tr>'
        for row in claims.itertuples()
    )
    return (
        f"<table><thead><tr><th>claim</th><th>paper</th><th>ours</th><th>n</th><th>verdict</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _text(words: str) -> str:
    """Words as HTML, P_m as the paper sets it."""
    return html.escape(words).replace("P_m", "<i>P</i><sub>m</sub>")


def _listed(facts: dict[str, str]) -> str:
    return "<br>".join(f"{key}: {html.escape(value)}" for key, value in facts.items())


def _not_run(index: pd.DataFrame) -> str:
    items = "".join(
        f"<li><b>{label(name)}</b>: {html.escape(needs)}<details><summary>Command</summary><code>{html.escape(command)}</code></details></li>"
        for name, needs, command in _missing(index)
    )
    return f"<article><h3>Not run</h3><p>{REMEDY}</p><ul>{items}</ul></article>"


def _missing(index: pd.DataFrame) -> Iterable[tuple[str, str, str]]:
    """Figures that lack some or all of their runs, which, and the command that makes them."""
    lacking = index[index["not run"] != ""]
    return zip(lacking["figure"], lacking["not run"], lacking["command"], strict=True)


def _claims() -> pd.DataFrame:
    return pd.read_csv(paths.RESULTS / "claims.csv", keep_default_na=False)


def _number(name: str) -> int:
    return int(name.removeprefix("figure")) if name.startswith("figure") else -1
