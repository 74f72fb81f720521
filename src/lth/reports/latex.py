"""A figure as LaTeX takes it: `lth cite --latex`."""

import re

SPECIAL = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "−": "$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\to$",
    "σ": r"$\sigma$",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
}
"""Characters that mean something else to LaTeX, or that its fonts lack."""

FIGURE = r"""% needs \usepackage{{graphicx}}, and the picture beside the document: cp figures/{name}.pdf {word}.pdf
% to cite it: \cite{{{key},frankle2019lottery}}, the entries that `lth cite {name} --bibtex` writes
\begin{{figure}}
  \centering
  \includegraphics[width=\linewidth,height=0.7\textheight,keepaspectratio]{{{word}.pdf}}
  \caption[{{{short}}}]{{{caption}}}
  \label{{fig:{word}}}
\end{{figure}}"""


def escape(text: str) -> str:
    """Text that LaTeX sets as it stands; P_m with its index."""
    parts = re.split(r"\b(P_m)\b", text)
    return "".join("$P_m$" if part == "P_m" else "".join(SPECIAL.get(character, character) for character in part) for part in parts)


def key(name: str) -> str:
    """The key of a figure's BibTeX entry, its own so that one bibliography holds several: `lth-paper-figure4` of `paper/figure4`."""
    return f"lth-{_word(name)}"


def figure(name: str, title: str, caption: str) -> str:
    """A figure environment of `paper/figure4`. title: what a list of figures says of it."""
    return FIGURE.format(name=name, short=escape(title), caption=escape(caption), key=key(name), word=_word(name))


def _word(name: str) -> str:
    return name.replace("/", "-").replace("_", "-")
