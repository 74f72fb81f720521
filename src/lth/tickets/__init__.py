"""Tickets: a ticket is a seed and a mask (paper, section 1)."""

from lth.tickets.files import (
    lineages,
    load_rounds,
    load_ticket,
    load_tickets,
    save_initial,
    save_levels,
    save_pruned,
    ticket_file,
    ticket_files,
    verify_initial,
)
from lth.tickets.ticket import Rewound, Start, Ticket, digest, initial_parameters

__all__ = [
    "Rewound",
    "Start",
    "Ticket",
    "digest",
    "initial_parameters",
    "lineages",
    "load_rounds",
    "load_ticket",
    "load_tickets",
    "save_initial",
    "save_levels",
    "save_pruned",
    "ticket_file",
    "ticket_files",
    "verify_initial",
]
