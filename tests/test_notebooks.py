"""The committed notebooks are what their scripts give on the committed results; a cell that fails is named."""

import nbformat
import pytest

from lth import paths
from lth.errors import LthError
from lth.reports.notebooks import execute, read

NAMES = ("mnist", "cifar10", "geometry", "ticket")


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_notebook_is_its_script_executed(name):
    committed = nbformat.read(paths.ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    script = read(paths.ROOT / "notebooks" / f"{name}.py")
    assert [(cell.id, cell.cell_type, cell.source) for cell in committed.cells] == [(c.id, c.cell_type, c.source) for c in script.cells]
    outputs = [output for cell in committed.cells for output in cell.get("outputs", [])]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    shown = [output.data for output in outputs if output.output_type in ("display_data", "execute_result")]
    assert not [data for data in shown if data.get("text/plain", "").startswith("<Figure") and "image/png" not in data], "a figure in words"


@pytest.mark.slow  # 20 s each, but `ticket` trains
@pytest.mark.parametrize("name", NAMES)
def test_executing_again_gives_the_committed_bytes(name):
    file = paths.ROOT / "notebooks" / f"{name}.ipynb"
    before = file.read_bytes()
    execute(name)
    assert file.read_bytes() == before, "the same bytes on the machine and libraries that made them"


def write(root, code: str):
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "notebooks" / "mine.py").write_text(f'"""Not a cell."""\n\n# %% [markdown]\n# # Mine\n\n# %%\n{code}\n')


def test_executing_twice_gives_the_same_bytes(root):
    write(root, "print(6 * 7)")
    once = execute("mine").read_bytes()
    assert execute("mine").read_bytes() == once
    cells = nbformat.reads(once.decode(), as_version=4).cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [("markdown", "# Mine"), ("code", "print(6 * 7)")]
    assert cells[1].outputs[0].text == "42\n"
    write(root, "1 / 0")
    with pytest.raises(LthError, match=r"^notebooks/mine.py, cell 2: ZeroDivisionError: division by zero; mend .+$"):
        execute("mine")
    assert (root / "notebooks" / "mine.ipynb").read_bytes() == once, "the notebook of before stands"
