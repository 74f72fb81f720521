"""The `lth` command line: look at results, redraw and cite figures, take a ticket away; see what training takes, and train."""

import argparse
import itertools
import signal
from pathlib import Path

from lth.entry import run

HELP = "The Lottery Ticket Hypothesis, reproduced: look at results, redraw and cite figures, take a ticket away; see what training takes, and train."


def parser() -> argparse.ArgumentParser:
    """All commands and their help."""
    top = argparse.ArgumentParser(prog="lth", description=HELP, epilog="`make` and DVC train and draw everything: see README.md.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    show = commands.add_parser("show", help="a table of an experiment's rounds: P_m, early stop, accuracies, n")
    show.add_argument("experiment", metavar="EXPERIMENT", help="a folder under pipelines/, such as quick/lenet, or lenet for paper/lenet")
    show.set_defaults(call=_show)

    figures = commands.add_parser("figures", help="redraw figures from the committed tables, without training")
    figures.add_argument("figures", metavar="FIGURE", nargs="*", help="such as 3, fig3 or beyond_cost; all if none is given")
    figures.set_defaults(call=_figures)

    claims = commands.add_parser("claims", help="the paper's claims, ours beside the paper's, and the verdicts")
    claims.set_defaults(call=_claims)

    cite = commands.add_parser("cite", help="a figure's caption, provenance and BibTeX")
    cite.add_argument("figure", metavar="FIGURE", help="such as fig4, figure4 or 4")
    cite.set_defaults(call=_cite)

    export = commands.add_parser("export", help="write a ticket as one safetensors file that plain PyTorch reads")
    export.add_argument("experiment", metavar="EXPERIMENT")
    export.add_argument("--round", type=int, required=True, help="0 is the dense network")
    export.add_argument("--trial", type=int, required=True, help="0, 1, …")
    export.add_argument("--variant", type=float, help="of a sweep, the value of the key that its training.vary names")
    export.add_argument("out", metavar="OUT", type=Path, help="the file to write; one that is there is left alone")
    export.set_defaults(call=_export)

    plan = commands.add_parser("plan", help="what training takes: operations, hours on a GPU and here, memory, disk, order")
    plan.add_argument(
        "experiments",
        metavar="EXPERIMENT",
        nargs="*",
        help="each alone, or a collection such as desk; the paper's if none is given, sweeps added up",
    )
    plan.add_argument("--all", action="store_true", help="every experiment there is, each alone")
    plan.set_defaults(call=_plan)

    train = commands.add_parser("train", help="train an experiment's stages one after another, without DVC; what is done is skipped")
    train.add_argument("experiment", metavar="EXPERIMENT")
    train.add_argument("stages", metavar="STAGE", nargs="*", help="such as initialise, r00 or reinit-1; all if none is given")
    train.add_argument("--until", metavar="STAGE", help="in place of stages, all from the first to this one")
    train.set_defaults(call=_train)
    return top


def main() -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ends quietly under `| head`
    words = parser().parse_args()
    run(lambda *_: words.call(words))


def _show(words: argparse.Namespace) -> None:
    from lth.config import load_experiment
    from lth.errors import LthError
    from lth.measures import VARIANT
    from lth.results.files import load_results
    from lth.results.summary import summarise

    experiment = load_experiment(words.experiment)
    folder = experiment.folder
    try:
        rows = load_results(folder)
    except LthError:
        from lth.tickets.controls import check_controls  # imports torch, so only where rows are missing

        check_controls(experiment)
        raise
    table = summarise(rows)
    table = table.sort_values("arm", key=lambda arms: arms.where(arms != "ticket", ""), kind="stable")
    percent = {column: f"{column}_mean" for column in table.columns.str.removesuffix("_mean") if column.endswith("accuracy")}
    shown = table[[*([VARIANT] if VARIANT in table else []), "arm", "round", "n"]].assign(
        **{"P_m %": table["percent_remaining"].map("{:.1f}".format), "early stop": table["es_iteration_mean"].map("{:,.0f}".format)},
        **{
            column.replace("_accuracy", "").replace("es_", "ES ").replace("final_", "final ") + " %": (100 * table[mean]).map(
                "{:.2f}".format
            )
            for column, mean in percent.items()
        },
    )
    print(shown.to_string(index=False))
    print("\nMeans over n networks; ES is early stop, accuracies in percent. Every network: results/" + folder + "/runs/")


def _figures(words: argparse.Namespace) -> None:
    from lth.reports.drawing import draw_again

    for file in draw_again(words.figures):
        print(file)


def _claims(words: argparse.Namespace) -> None:
    from lth.claims.table import read_verdicts
    from lth.reports.verdicts import basis, in_order, outcome, title

    for (id, _), rows in itertools.groupby(read_verdicts(), lambda row: (row["id"], row["part"])):
        shown = in_order(rows)
        print(f"{id}: {title(shown[0])}")
        print(f"    paper {shown[0]['paper']} (tolerance {shown[0]['tolerance']})")
        for row in shown:
            print(f"    {basis(row) or 'ours'}: {outcome(row)}")
            if row["desk"]:
                print(f"    desk scale, no verdict: {row['desk']}")


def _cite(words: argparse.Namespace) -> None:
    from lth.reports.citation import citation

    print(citation(words.figure))


def _export(words: argparse.Namespace) -> None:
    from lth.tickets import load_ticket
    from lth.tickets.export import export, how_to_read, refuse_existing

    refuse_existing(words.out)
    ticket = load_ticket(words.experiment, round=words.round, trial=words.trial, variant=words.variant)
    if ticket.rewound:
        from lth.experiments.rewinding import rewind

        ticket = rewind(ticket)
    export(ticket, words.out)
    print(f"{words.out}: {ticket.weights_remaining:,} weights, P_m {ticket.percent_remaining:.3g}. To read it:\n\n{how_to_read(words.out)}")


def _plan(words: argparse.Namespace) -> None:
    from lth.config import experiment_names, load_settings
    from lth.machine import cores
    from lth.reports.plan import plan

    print(plan(load_settings(), cores(), experiment_names() if words.all else words.experiments))


def _train(words: argparse.Namespace) -> None:
    from lth.config import load_experiment, load_settings
    from lth.experiments.chain import chosen, not_done, train_stages
    from lth.stages.table import main as write_table

    settings, experiment = load_settings(), load_experiment(words.experiment)
    train_stages(settings, experiment, chosen(experiment, words.stages, words.until), lambda line: print(line, flush=True))
    if left := not_done(settings, experiment):
        print(f"next: {left[0]}, of {len(left)} that are left: `lth train {experiment.folder} {left[0]}`")
        return
    write_table(experiment.folder)
    print(
        f"results/{experiment.folder}/summary.csv and metrics.json are written. To hand all this to DVC, where it is installed:\n"
        f"dvc commit --force pipelines/{experiment.folder}/dvc.yaml"
    )
