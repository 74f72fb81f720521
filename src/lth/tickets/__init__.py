"""Tickets: a ticket is a seed and a mask (paper, section 1)."""

from lth.tickets.files import (
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
from lth.tickets.ticket import Start, Ticket, initial_parameters

__all__ = [
    "Start",
    "Ticket",
    "initial_parameters",
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
