"""Which folders may be loaded, and what is said about the others."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from goldspan.errors import UnusableModel
from goldspan.reader.load import check_model_folder, load_reader
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig


@pytest.fixture
def folder(tmp_path: Path, make_span_parts: Callable[..., tuple[Any, Any]]) -> Path:
    model, tokenizer = make_span_parts(["the cat sat on the mat"])
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_a_saved_reader_answers_as_before(folder: Path) -> None:
    SpanReaderConfig(max_length=64, max_question_length=16, doc_stride=4).save(folder)
    reader = load_reader(folder)
    assert isinstance(reader, SpanReader)
    assert (reader.config.max_length, reader.name) == (64, str(folder))
    assert reader.answer("who sat ?", ["the cat sat"])[0].text in "the cat sat"


def test_a_run_folder_stands_for_its_model(folder: Path) -> None:
    (folder.parent / "spec.json").write_text("{}")
    assert load_reader(folder.parent).name == str(folder.parent)


def test_a_run_without_model_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text("{}")
    with pytest.raises(UnusableModel, match="has no model yet"):
        load_reader(tmp_path)


def test_a_folder_without_tokenizer_is_refused(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(UnusableModel, match="holds no tokenizer"):
        load_reader(folder)
    check_model_folder(folder, tokenizer=False)


class TouchesAFile:
    """Unpickling it runs a command, as any pickle can."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_a_pickle_is_refused_and_never_run(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / "model.safetensors").unlink()
    torch.save(TouchesAFile(tmp_path / "touched"), folder / name)
    with pytest.raises(UnusableModel, match=rf"pickles \({name}\).*never loaded"):
        load_reader(folder)
    assert not (tmp_path / "touched").exists()


def test_a_pickle_beside_safe_weights_is_never_run(folder: Path, tmp_path: Path) -> None:
    torch.save(TouchesAFile(tmp_path / "touched"), folder / "pytorch_model.bin")
    load_reader(folder)
    assert not (tmp_path / "touched").exists()


def test_weights_cut_off_by_a_full_disk_are_refused(folder: Path) -> None:
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(UnusableModel, match="cannot be loaded"):
        load_reader(folder)


def test_an_empty_folder_hears_of_all_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel) as caught:
        load_reader(tmp_path)
    assert len(caught.value.params["faults"]) == 3


def test_a_model_that_answers_no_questions_is_refused(minilm_path: str) -> None:
    with pytest.raises(UnusableModel, match="BertModel, which does not answer questions"):
        load_reader(minilm_path)


def test_a_reader_without_trained_head_is_refused(minilm_path: str) -> None:
    with pytest.raises(UnusableModel, match=r"no trained question-answering head.*qa_outputs"):
        SpanReader.load(minilm_path)


def test_a_path_that_does_not_exist_is_not_taken_for_a_hub_id() -> None:
    with pytest.raises(UnusableModel, match="which is not a folder"):
        load_reader("/no/such/model")


def test_a_hub_id_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(
        UnusableModel, match="'nobody/no-such-reader', which is no folder here, cannot"
    ):
        load_reader("nobody/no-such-reader")


def test_a_damaged_config_of_the_reader_is_named(folder: Path) -> None:
    (folder / "goldspan_reader.json").write_text('{"max_lenght": 3}')
    with pytest.raises(UnusableModel, match="unknown entries: max_lenght"):
        load_reader(folder)
