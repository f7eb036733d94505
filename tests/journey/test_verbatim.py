"""The tutorial of 2024, cell by cell, in its own words.

Only imports and the names of what lies on the hub are exchanged. Each cell runs, or stops with the
message that is pinned here; what is warned about is pinned, too.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.journey.conftest import USUAL_PORT
from tests.journey.notebook_text import Exchange, code_cells
from transformers import AutoTokenizer

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidRecord, TemplateMismatch
from goldspan.feedback import GoldspanTrainer, TrainingTask
from goldspan.run.folder import RunFolder
from goldspan.run.rows import read_rows
from goldspan.sdk.course import asked_before
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.training_data import TrainingData
from goldspan.server.serve import RunningServer

MIGRATING = Path(__file__).parents[2] / "docs" / "migrating.md"
ADDRESS = f"http://localhost:{USUAL_PORT}"


@dataclass
class Outcome:
    """What running one cell came to."""

    code: str
    printed: str = ""
    warned: list[str] = field(default_factory=list)
    error: Exception | None = None


@dataclass
class Journey:
    """All cells after they ran, and the names that they left behind."""

    outcomes: list[Outcome]
    names: dict[str, Any]
    folder: Path
    exchanged: set[str]

    def cell(self, *parts: str) -> Outcome:
        """The one cell that holds all these words."""
        (found,) = [one for one in self.outcomes if all(part in one.code for part in parts)]
        return found


def run_cell(code: str, names: dict[str, Any]) -> Outcome:
    outcome = Outcome(code)
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, redirect_stdout(printed):
        warnings.simplefilter("always", UserWarning)
        try:
            exec(compile(code, "<cell>", "exec"), names)
        except Exception as error:
            outcome.error = error
    outcome.printed = printed.getvalue()
    outcome.warned = [str(one.message) for one in caught if one.filename == "<cell>"]
    return outcome


@pytest.fixture(scope="module")
def journey(
    squad_dir: Path,
    hub: dict[str, str],
    server: RunningServer,
    in_a_folder_of_its_own: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Journey:
    import datasets

    names: dict[str, Any] = {"__name__": "__main__"}
    exchange = Exchange(
        hub if server.url.endswith(f":{USUAL_PORT}") else {**hub, ADDRESS: server.url}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
        cells = code_cells(squad_dir.parent / "seed.txt")
        outcomes = [run_cell(exchange.code(cell), names) for cell in cells]
    return Journey(outcomes, names, in_a_folder_of_its_own, exchange.used)


def test_every_cell_but_the_last_runs(journey: Journey) -> None:
    stopped = [one.code for one in journey.outcomes if one.error]
    assert stopped == [journey.outcomes[-1].code]
    assert len(journey.outcomes) == 29


def test_only_imports_and_names_of_the_hub_are_exchanged(
    journey: Journey, hub: dict[str, str]
) -> None:
    assert journey.exchanged - {ADDRESS} == {"argilla", "argilla.feedback", "pipeline", *hub}


def test_the_last_cell_stops_because_the_prompt_is_another_one(journey: Journey) -> None:
    error = journey.outcomes[-1].error
    assert isinstance(error, TemplateMismatch)
    assert "### Question: {question}" in str(error)
    assert "Question: {question} Context: {context}" in str(error)
    assert "allow_other_prompt=True" in str(error)


@pytest.fixture(scope="module")
def allowed(journey: Journey) -> RunFolder:
    """The last cell's training, with the other prompt allowed.

    The tiny model never ends an answer by itself; its candidates are shortened to what it may
    write.
    """

    def shortened(row: dict[str, Any]) -> tuple[str, str, str]:
        prompt, chosen, rejected = journey.names["formatting_func_dpo"](row)
        return prompt, chosen, rejected[:10]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        trainer = GoldspanTrainer(
            journey.names["dataset_dpo"],
            TrainingTask.for_direct_preference_optimization(shortened),
            "trl",
            model="sft_model",
            framework_kwargs={"allow_other_prompt": True, "max_steps": 1},
        )
    trainer.train(journey.folder / "dpo_model")
    return trainer.result.folder


def sft_rows(journey: Journey, name: str) -> list[Demonstration]:
    return read_rows(journey.folder / "sft_model" / name, Demonstration)


def fault_1_is_warned_about(journey: Journey) -> None:
    (warning,) = journey.cell("squad_to_be_annotated_dpo", "push_to_argilla").warned
    assert "already pushed as 'demonstration_data_squad'" in warning
    uploaded = journey.names["annotated_dataset_dpo_from_argilla"]
    assert [field.name for field in uploaded.fields] == ["question", "context"]


def fault_2_is_warned_about(journey: Journey) -> None:
    assert "does not read the annotators' choices" in journey.cell("update_config").warned[0]


def fault_3_is_warned_about(journey: Journey) -> None:
    assert isinstance(journey.outcomes[-1].error, TemplateMismatch)


def fault_4_is_corrected(journey: Journey) -> None:
    template = RunFolder(journey.folder / "sft_model").spec.template
    assert template is not None
    assert template["completion"] == " {answer}"
    assert "covers every token" not in journey.cell("sft_model", "trainer_sft.train").printed


def fault_5_is_yours(journey: Journey) -> None:
    assert "min_new_tokens" in journey.cell("def generate").code
    tokenizer = AutoTokenizer.from_pretrained(journey.folder / "sft_model")
    assert tokenizer.pad_token_id not in (None, tokenizer.eos_token_id)
    long = "It stood beside the mill for many years. " * 200
    answer = journey.names["trainer_sft"].predict("What stood there?", long)
    assert len(tokenizer.encode(answer.text)) <= 32


def fault_6_is_corrected(journey: Journey) -> None:
    rows = RunFolder(journey.folder / "sft_model").report()["rows"]
    assert rows["kept"] == rows["given"] == len(sft_rows(journey, "data.jsonl"))
    assert f"{rows['kept']} of {rows['given']} rows kept" in (
        journey.cell("trainer_sft.train").printed
    )


def fault_7_is_corrected(journey: Journey) -> None:
    train, held_out = (sft_rows(journey, name) for name in ("data.jsonl", "held_out.jsonl"))
    assert len(train) + len(held_out) == 88
    assert held_out
    assert not {row.context for row in train} & {row.context for row in held_out}


def fault_8_is_warned_about(journey: Journey) -> None:
    assert "learning_rate=0.02 is" in journey.cell("update_config").warned[1]
    printed = journey.cell("trainer_sft.train").printed
    assert "before EM" in printed
    assert "after  EM" in printed


def fault_9_is_yours(journey: Journey) -> None:
    assert ".filter(" in journey.cell("example['answers']['text'] != []").code
    assert all(row["answers"]["text"] for row in journey.names["dataset_hf_dpo"])


def fault_10_is_warned_about(journey: Journey) -> None:
    repeated = TrainingData(demonstrations=tuple(sft_rows(journey, "data.jsonl")))
    assert asked_before(journey.folder / "sft_model", repeated) == len(repeated)


def fault_11_is_corrected(journey: Journey, allowed: RunFolder) -> None:
    assert allowed.spec.parent == "sft_model"
    assert allowed.report()["start_margins"]["largest"] < 1e-3


def fault_12_is_corrected(journey: Journey) -> None:
    golds = {row["answers"]["text"][0] for row in journey.names["dataset_hf"]}
    assert {row.answers[0].text for row in sft_rows(journey, "data.jsonl")} <= golds
    local = FeedbackDataset.for_question_answering()
    local.add_records(FeedbackRecord({"question": "?", "context": "c", "answer": "a"}))
    with pytest.raises(InvalidRecord, match="belongs in responses or suggestions"):
        local.push_to_argilla("with_answers", show_progress=False)


VERDICTS = ("corrected", "warned about", "yours")
ROW = re.compile(r"^\| (\d+) \|[^|]+\| ([a-z ]+) \|", re.MULTILINE)
TABLE = ROW.findall(MIGRATING.read_text(encoding="utf-8"))


def test_the_page_has_a_verdict_on_each_of_the_twelve_faults() -> None:
    assert [int(number) for number, _ in TABLE] == list(range(1, 13))
    assert {verdict for _, verdict in TABLE} <= set(VERDICTS)


@pytest.mark.parametrize(("number", "verdict"), TABLE)
def test_the_pages_verdict_on_a_fault_is_what_happens(
    number: str, verdict: str, journey: Journey, request: pytest.FixtureRequest
) -> None:
    check = globals()[f"fault_{number}_is_{verdict.replace(' ', '_')}"]
    if number == "11":
        check(journey, request.getfixturevalue("allowed"))
    else:
        check(journey)
