"""The `lth` command line: look at results, redraw and cite figures, take a ticket away; see what training takes, and train."""

import argparse
import csv
import signal
import sys
from pathlib import Path

from lth import __version__, paths
from lth.entry import run

HELP = "The Lottery Ticket Hypothesis, reproduced: look at results, redraw and cite figures, take a ticket away; see what training takes, and train."


def parser() -> argparse.ArgumentParser:
    """All commands and their help."""
    top = argparse.ArgumentParser(prog="lth", description=HELP, epilog="`make` and DVC train and draw everything: see README.md.")
    top.add_argument("--version", action="version", version=f"lth {__version__}")
    commands = top.add_subparsers(metavar="COMMAND")

    show = commands.add_parser(
        "show", help="a table of an experiment's rounds: P_m, early stop, accuracies, n; without a name, the experiments"
    )
    show.add_argument("experiment", metavar="EXPERIMENT", nargs="?", help="such as quick/lenet, or lenet for paper/lenet")
    show.add_argument("--arm", action="append", default=[], help="such as ticket or reinit alone; may be given again")
    show.add_argument("--csv", action="store_true", help="everything that is measured, as CSV; without a name, the list of experiments")
    show.set_defaults(call=_show)

    figures = commands.add_parser("figures", help="redraw figures from the committed tables, without training")
    figures.add_argument("figures", metavar="FIGURE", nargs="*", help="such as 3, fig3, beyond_cost or quick/4; all if none is given")
    figures.set_defaults(call=_figures)

    claims = commands.add_parser("claims", help="the paper's claims, ours beside the paper's, and the verdicts")
    claims.add_argument("names", metavar="NAME", nargs="*", help="a claim, such as lenet-es-38, or an experiment, such as lenet-unit")
    claims.add_argument("--all", action="store_true", help="with those that have not run")
    claims.add_argument("--csv", action="store_true", help="with intervals and evidence, as CSV")
    claims.set_defaults(call=_claims)

    cite = commands.add_parser("cite", help="a figure's caption, provenance and BibTeX")
    cite.add_argument("figure", metavar="FIGURE", help="such as fig4, figure4 or 4; quick/4 for that of a collection")
    cite.add_argument("--latex", action="store_true", help="a figure environment with the caption alone")
    cite.add_argument("--bibtex", action="store_true", help="the BibTeX entries alone; with --latex, after it")
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

    train = commands.add_parser("train", help="train an experiment's stages, or many experiments, without DVC; what is done is skipped")
    train.add_argument("experiment", metavar="EXPERIMENT")
    train.add_argument(  # without a default, argparse calls it required wherever EXPERIMENT is missing
        "stages", metavar="STAGE", nargs="*", default=[], help="such as initialise, r00 or reinit-1; all if none is given"
    )
    train.add_argument("--until", metavar="STAGE", help="in place of stages, all from the first to this one")
    train.add_argument(
        "--all",
        action="store_true",
        help="the words are experiments, or collections such as paper: all of them, on a Ray cluster side by side",
    )
    train.set_defaults(call=_train)
    return top


def main() -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ends quietly under `| head`
    words = parser().parse_args()
    if "call" in words:
        run(lambda *_: words.call(words))
    else:
        parser().print_help()


def _show(words: argparse.Namespace) -> None:
    from lth.reports.rounds import experiments_by_collection, experiments_for_csv, lacking, rounds_table, summary

    if words.experiment is None and words.csv:
        experiments_for_csv().to_csv(sys.stdout, index=False)
    elif words.experiment is None:
        print(experiments_by_collection())
    elif words.csv:
        summary(words.experiment, words.arm).to_csv(sys.stdout, index=False, float_format="%.6g")
        if not_run := lacking(words.experiment, words.arm):
            print(not_run, file=sys.stderr)
    else:
        print(rounds_table(words.experiment, words.arm))


def _figures(words: argparse.Namespace) -> None:
    from lth.reports.drawing import draw_again

    for file in draw_again(words.figures):
        print(file)


def _claims(words: argparse.Namespace) -> None:
    from lth.claims.table import read_verdicts
    from lth.reports.verdicts import about, listed

    paths.check_clone()
    claims = about(read_verdicts(), words.names) if words.names else read_verdicts()
    if words.csv:
        table = csv.DictWriter(sys.stdout, claims[0], lineterminator="\n")
        table.writeheader()
        table.writerows(claims)
    else:
        print(listed(claims, everything=words.all or bool(words.names)))


def _cite(words: argparse.Namespace) -> None:
    from lth.reports.citation import bibtex, citation, figure_environment

    asked = [form for form, wanted in ((figure_environment, words.latex), (bibtex, words.bibtex)) if wanted]
    print("\n\n".join(form(words.figure) for form in asked or [citation]))


def _export(words: argparse.Namespace) -> None:
    from lth.tickets import load_ticket
    from lth.tickets.export import export, how_to_read, refuse_existing

    refuse_existing(words.out)
    ticket = load_ticket(words.experiment, words.round, words.trial, variant=words.variant)
    if ticket.rewound:
        from lth.experiments.rewinding import rewind

        ticket = rewind(ticket)
    new = "" if words.out.parent.exists() else f" (in {words.out.parent}, which was not there)"
    export(ticket, words.out)
    print(
        f"{words.out}{new}: {ticket.weights_remaining:,} weights, P_m {ticket.percent_remaining:.3g}. To read it:\n\n{how_to_read(words.out)}"
    )


def _plan(words: argparse.Namespace) -> None:
    from lth.config import experiment_names, load_settings
    from lth.errors import LthError
    from lth.machine import cores
    from lth.reports.plan import plan, without_gpu
    from lth.training.engines.choose import device_kind

    if words.all and words.experiments:
        raise LthError(f"--all and {' '.join(words.experiments)}: name experiments, or all of them, not both")
    settings = load_settings()
    print(plan(settings, cores(), experiment_names() if words.all else words.experiments))
    if not words.experiments and device_kind(settings.here()) == "cpu":
        print(f"\n{without_gpu(settings, cores())}")


def _train(words: argparse.Namespace) -> None:
    from lth.config import load_experiment, load_settings, named_experiments
    from lth.errors import LthError
    from lth.experiments.chain import chosen, not_done, train_stages
    from lth.experiments.together import train_together
    from lth.stages.table import main as write_table

    def say(line: str) -> None:
        print(line, flush=True)

    settings = load_settings()
    if words.all:
        if words.until is not None:
            raise LthError("--until is for one experiment, --all for many")
        return train_together(settings, named_experiments([words.experiment, *words.stages]), say, write_table)
    experiment = load_experiment(words.experiment)
    train_stages(settings, experiment, chosen(experiment, words.stages, words.until), say)
    if left := not_done(settings, experiment):
        print(f"next: {left[0]}, of {len(left)} that are left: `lth train {experiment.folder} {left[0]}`")
        return
    write_table(experiment.folder)
    print(
        f"results/{experiment.folder}/summary.csv and metrics.json are written. To hand all this to DVC, where it is installed:\n"
        f"dvc commit --force pipelines/{experiment.folder}/dvc.yaml"
    )
