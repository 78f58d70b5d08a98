"""The import contracts hold, and still catch a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    # The copy must be found before the installed package: the linter puts its working folder on the path.
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("docai/domain/geometry.py", "import docai.pipeline.stages", "The layers"),
        ("docai/query/search.py", "import docai.stores.blobs.filesystem", "The layers"),
        ("docai/query/search.py", "import pymupdf", "pymupdf is met only in docai.pdf"),
        ("docai/api/app.py", "import docai.assembly.local", "The API loads no model and opens no PDF"),
        ("docai/utils.py", "x = 1", "The layers"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(ROOT / "docai", tmp_path / "docai", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout or "not listed" in done.stdout or "exhaustive" in done.stdout.lower()


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_api_application_imports_no_model_and_no_pdf_library() -> None:
    code = (
        "import sys; import docai.api.app;"
        "bad = {'torch', 'pymupdf', 'onnxruntime', 'rapidocr', 'cv2', 'sqlalchemy', 'qdrant_edge'} & set(sys.modules);"
        "print(sorted(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[]"), done.stdout


def test_the_assembly_imports_no_pdf_library_and_no_model() -> None:
    code = (
        "import sys; import docai.assembly.local;"
        "bad = {'pymupdf', 'torch', 'torchvision', 'transformers', 'colpali_engine', 'peft'} & set(sys.modules);"
        "print(sorted(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
