"""DVC stage: judge every claim of the paper, and of what came after it, on the committed results; the paper's counted for `dvc metrics show`."""

import json

from lth import paths
from lth.claims.judge import BEYOND, judge_all
from lth.claims.table import save_verdicts
from lth.claims.verdict import VERDICTS
from lth.entry import run
from lth.storage import write_bytes


def main() -> None:
    table = judge_all()
    save_verdicts(table)
    save_verdicts(judge_all(claims=BEYOND), "beyond")
    counts = {
        " ".join(filter(None, basis)): {verdict: int((rows["verdict"] == verdict).sum()) for verdict in VERDICTS}
        for basis, rows in table.groupby(["scaling", "trials"], sort=False)
    }
    write_bytes(paths.RESULTS / "claims.json", (json.dumps({"claims": counts}, indent=1) + "\n").encode())


if __name__ == "__main__":
    run(main)
