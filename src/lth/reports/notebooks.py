"""Notebooks, written as Python scripts of `# %%` cells and executed into notebooks/<name>.ipynb, the same bytes each time."""

import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from lth import paths
from lth.errors import LthError
from lth.storage import read as read_file
from lth.storage import write_bytes

CELL = re.compile(r"^# %%(?P<markdown> \[markdown\])?\n", re.MULTILINE)


def execute(name: str) -> Path:
    """Executes notebooks/<name>.py into notebooks/<name>.ipynb and returns that file.

    Raises LthError with the cell's number where one fails, or shows an object's address; the notebook of before then stands.
    """
    script = folder() / f"{name}.py"
    if script not in (there := sorted(folder().glob("*.py"))):
        raise LthError(f"{paths.shown(script)} is missing; there are: {', '.join(file.stem for file in there)}")
    notebook = read(script)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": str(paths.ROOT)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    client.execute()
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if " at 0x" in str(output.get("data", {}).get("text/plain", "")):
                raise LthError(
                    f"notebooks/{name}.py, cell {number}: shows an object by its address, which differs each time; show it otherwise"
                )
            if output.output_type == "error":
                error = f"{output.ename}: {output.evalue}"
                raise LthError(f"notebooks/{name}.py, cell {number}: {error}; mend the cell and run the stage again")
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    file = folder() / f"{name}.ipynb"
    write_bytes(file, (nbformat.writes(notebook) + "\n").encode())
    return file


def read(script: Path) -> nbformat.NotebookNode:
    """A script as a notebook without outputs. What stands before its first cell is left out."""
    parts = CELL.split(read_file(script, bytes.decode))[1:]
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
