"""What sentences read of the rate at which tickets are lost."""

from lth.claims import lost
from lth.claims.paired import Absent
from lth.results.tables import Tables
from lth.sentences.networks import Networks


def lost_ticket(tables: Tables) -> Networks | None:
    """Lenet's tickets at the first rate at which they are not ahead of their reinitialisations (`lth.claims.lost`).

    None where there is no such rate. Raises Absent where the sweeps that decide have not been run.
    """
    try:
        found = lost.first_lost(tables)
    except KeyError as error:
        raise Absent(error.args[0]) from error
    if found is None:
        return None
    sweep, rate = found
    rows = tables.rows(sweep)
    return Networks(tables.names[sweep], rows[rows["variant"] == rate], "ticket", lost.ROUND, rate)
