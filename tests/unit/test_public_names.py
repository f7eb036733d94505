"""The public names: every one resolves, in the order of the alphabet, without torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import goldspan


@pytest.mark.parametrize("name", goldspan.__all__)
def test_a_public_name_resolves(name: str) -> None:
    assert getattr(goldspan, name) is not None


def test_the_table_is_in_order() -> None:
    assert list(goldspan._PUBLIC) == sorted(goldspan._PUBLIC)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'FeedbackDatset'"):
        goldspan.FeedbackDatset  # noqa: B018


def test_building_and_pushing_a_dataset_needs_no_torch() -> None:
    program = (
        "import sys, goldspan as rg\n"
        "rg.FeedbackDataset.for_question_answering(), rg.init, rg.Workspace\n"
        "print(sorted({'torch', 'transformers', 'datasets'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_type_checkers_see_every_public_name_where_the_table_says_it_is() -> None:
    tree = ast.parse(Path(goldspan.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname: node.module
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == goldspan._PUBLIC
