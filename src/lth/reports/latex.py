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

FIGURE = r"""% needs \usepackage{{graphicx}}, and {file}.pdf beside the document: cp {folder}/{file}.pdf .
% to cite it: \cite{{{key},frankle2019lottery}}, the entries that `lth cite {file} --bibtex` writes
\begin{{figure}}
  \centering
  \includegraphics[width=\linewidth,height=0.7\textheight,keepaspectratio]{{{file}.pdf}}
  \caption{{{caption}}}
  \label{{fig:{name}}}
\end{{figure}}"""


def escape(text: str) -> str:
    """Text that LaTeX sets as it stands; P_m with its index."""
    parts = re.split(r"\b(P_m)\b", text)
    return "".join("$P_m$" if part == "P_m" else "".join(SPECIAL.get(character, character) for character in part) for part in parts)


def key(figure: str) -> str:
    """The key of a figure's BibTeX entry, its own so that one bibliography holds several: `lth-figure4`."""
    return f"lth-{_name(figure)}"


def figure(file: str, folder: str, caption: str) -> str:
    """A figure environment. file: the picture's name without ending; folder: where it lies."""
    return FIGURE.format(file=file, folder=folder, caption=escape(caption), key=key(file), name=_name(file))


def _name(figure: str) -> str:
    return figure.replace("_", "-")
