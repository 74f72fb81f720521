"""Pages from the templates beside this module: values are escaped, for HTML or for the cells of a Markdown table."""

import jinja2
from markupsafe import Markup, escape

from lth.reports.verdicts import marked


def render(name: str, **values: object) -> str:
    """A template of `templates/`, filled. Raises jinja2.UndefinedError for a name that it reads and does not get."""
    return (_HTML if ".html" in name else _MARKDOWN).get_template(name).render(values)


def notation(words: str) -> Markup:
    """Words as HTML, P_m as the paper sets it."""
    return Markup(str(escape(words)).replace("P_m", "<i>P</i><sub>m</sub>"))


def plain(value: object) -> Markup:
    """A value as Markdown shows it unchanged, inside a table too."""
    return value if isinstance(value, Markup) else Markup(str(value).replace("&", "&amp;").replace("<", "&lt;").replace("|", r"\|"))


def code(words: str) -> Markup:
    """Words as code in Markdown."""
    return Markup(f"`{words}`".replace("|", r"\|"))


_SHARED = {
    "loader": jinja2.PackageLoader("lth.reports"),
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}
_HTML = jinja2.Environment(**_SHARED, autoescape=True)
_HTML.filters |= {"notation": notation, "marked": marked}
_MARKDOWN = jinja2.Environment(**_SHARED, autoescape=False, finalize=plain)
_MARKDOWN.filters |= {"code": code, "marked": marked}
