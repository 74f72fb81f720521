"""Sentences about what we find: jinja2 templates filled from the tables, so that numbers and words change when a table does.

`fill` makes text of them; `lth.sentences.template.READERS` lists what a template can read.
"""

from lth.sentences.template import fill, given

__all__ = ["fill", "given"]
