"""Notebooks, written as Python scripts of `# %%` cells and executed into notebooks/<name>.ipynb, the same bytes each time."""

import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from lth import paths
from lth.errors import LthError
from lth.storage import write_bytes

CELL = re.compile(r"^# %%(?P<markdown> \[markdown\])?\n", re.MULTILINE)


def execute(name: str) -> Path:
    """Executes notebooks/<name>.py into notebooks/<name>.ipynb and returns that file.

    Raises LthError with the cell's number and its error where one fails; the notebook of before then stands.
    """
    notebook = read(folder() / f"{name}.py")
    quiet = Config({"KernelManager": {"transport": "ipc"}})  # the kernel warns of plain TCP
    where = {"metadata": {"path": str(paths.ROOT)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False, resources=where, config=quiet)
    try:
        client.execute()
    except CellExecutionError as error:
        number = next(n for n, cell in enumerate(notebook.cells) if any(out["output_type"] == "error" for out in cell.get("outputs", [])))
        raise LthError(
            f"notebooks/{name}.py, cell {number + 1}: {error.ename}: {error.evalue}; mend the cell and run the stage again"
        ) from None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    file = folder() / f"{name}.ipynb"
    write_bytes(file, (nbformat.writes(notebook) + "\n").encode())
    return file


def read(script: Path) -> nbformat.NotebookNode:
    """A script as a notebook without outputs. What stands before its first cell is left out."""
    parts = CELL.split(script.read_text(encoding="utf-8"))[1:]
    cells = []
    for number, (markdown, text) in enumerate(zip(parts[::2], parts[1::2], strict=True), start=1):
        if markdown:
            cell = nbformat.v4.new_markdown_cell("\n".join(line.removeprefix("#").removeprefix(" ") for line in text.strip().splitlines()))
        else:
            cell = nbformat.v4.new_code_cell(text.strip())
        cell["id"] = f"cell-{number:02}"
        cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells)


def folder() -> Path:
    return paths.ROOT / "notebooks"
