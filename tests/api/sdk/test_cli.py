"""The commands that talk to a server, as a person types them."""

import gc
import json
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from goldspan import cli
from goldspan.cli import build_app, main
from goldspan.cli.output import as_option
from goldspan.errors import InvalidFile, InvalidInput, NotFound
from goldspan.run.folder import RunFolder
from goldspan.sdk import embedded
from goldspan.sdk.importing import import_file
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import connect
from goldspan.sdk.workspace import Workspace
from goldspan.services.check_import import check_import
from goldspan.storage.home import Home

CSV = """question,context,answer
Where from?,From Rome to Paris.,Rome
Where to?,From Rome to Paris.,Paris
When?,From Rome to Paris.,
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Type a command on a fresh home and return what it prints."""
    monkeypatch.setenv("GOLDSPAN_HOME", str(tmp_path / "home"))

    def typed(*words: str) -> str:
        done = CliRunner().invoke(build_app(), words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    yield typed
    embedded.stop()


@pytest.fixture
def csv(tmp_path: Path) -> str:
    path = tmp_path / "questions.csv"
    path.write_text(CSV, encoding="utf-8")
    return str(path)


def test_import_makes_the_first_workspace_and_updates_when_repeated(
    run: Callable[..., str], csv: str
) -> None:
    first = run("import", csv, "--dataset", "d")
    assert "'main' was made" in first
    assert "3 questions added, 0 updated, 3 in all" in first
    assert "0 questions added, 3 updated, 3 in all" in run("import", csv, "--dataset", "d")


FAULTY = """question,context,answer,remark
Where from?,From Rome to Paris.,Rome,
,From Rome to Paris.,Paris,
Where to?,From Rome to Paris.,Berlin,
"""


@pytest.fixture
def faulty(tmp_path: Path) -> str:
    path = tmp_path / "faulty.csv"
    path.write_text(FAULTY, encoding="utf-8")
    return str(path)


def test_faulty_rows_are_told_and_left_out_before_there_is_a_dataset(
    run: Callable[..., str], csv: str, faulty: str
) -> None:
    run("import", csv, "--dataset", "d")
    looked = CliRunner().invoke(build_app(), ["import", faulty, "--dataset", "e", "--dry-run"])
    assert looked.exit_code == 1
    assert "csv: 3 rows, 2 fit, 1 do not\n  line 3, column question: expected" in looked.stdout
    for dataset in ("d", "e"):
        with pytest.raises(InvalidInput, match="to go on without them: on_fault='skip'"):
            run("import", faulty, "--dataset", dataset)
    done = run("import", faulty, "--dataset", "e", "--on-fault", "skip")
    assert "line 4 is the first of 1 rows with another\n" in done
    assert "e: 2 questions added, 0 updated, 1 faulty rows skipped (--dry-run" in done
    assert done.endswith("not read: the columns remark\n")
    # Whoever says so gets marks all the same, of the rows that have some.
    marked = run("import", faulty, "--dataset", "m", "--on-fault", "skip", "--extractive")
    assert "m is new: annotators mark answers in the context\nm: 1 questions added" in marked


def test_a_remedy_is_told_as_the_option_that_is_typed(
    run: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    faulty: str,
) -> None:
    def refused(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["goldspan", *words])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().err

    assert refused("import", faulty, "--dataset", "d").endswith(
        "found ''\nto go on without them: --on-fault skip\n"
    )
    other = tmp_path / "other.csv"
    other.write_text("q,context,answer\nWhere from?,From Rome.,Rome\n", encoding="utf-8")
    said = refused("import", str(other), "--dataset", "d")
    assert said.endswith("field\nto read another column: --column question=COLUMN\n")
    run("import", str(other), "--dataset", "d", "--column", "question=q", "--extractive")
    said = refused("import", faulty, "--dataset", "d", "--answers", "responses")
    assert said.endswith(
        "to import without answers: --answers none\nto go on without them: --on-fault skip\n"
    )


def test_an_empty_file_is_told_of_whether_there_is_a_dataset_or_not(
    run: Callable[..., str], csv: str, tmp_path: Path
) -> None:
    run("import", csv, "--dataset", "d")
    (tmp_path / "empty.csv").write_bytes(b"")
    for dataset in ("d", "e"):
        with pytest.raises(InvalidFile, match=r"empty\.csv is empty"):
            run("import", str(tmp_path / "empty.csv"), "--dataset", dataset)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "blank.csv",
            "\n\n",
            "blank.csv cannot be read: it has no rows; a table",
        ),
        (
            "list.json",
            "[]",
            "list.json cannot be read: it has no rows; a table",
        ),
        ("header.csv", "question,context,answer\n", "header.csv has no rows, so no dataset"),
        (
            "short.csv",
            "question,context,answer\nWo?,Rom.\n",
            "short.csv has 1 fault, so no dataset",
        ),
    ],
)
def test_a_file_that_holds_nothing_sound_makes_no_dataset(
    run: Callable[..., str], tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InvalidFile, match=re.escape(said)):
        run("import", str(tmp_path / name), "--dataset", "d")
    with pytest.raises(NotFound, match=r"no dataset 'd' .*only \[\]"):
        run("export", "--dataset", "d", "--format", "squad", "--output", str(tmp_path / "o.json"))


def test_an_empty_folder_is_told_what_it_should_hold(
    run: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidFile, match=r"folder or a zip archive without .*; found \[\]"):
        run("import", str(tmp_path / "folder"), "--dataset", "d")


def test_a_workspace_is_chosen_by_an_option(
    run: Callable[..., str], csv: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", csv, "--dataset", "d")
    with connect() as session:
        Workspace.create("another", session=session)
    with pytest.raises(InvalidInput, match="there are 2") as refused:
        run("import", csv, "--dataset", "e")
    assert [as_option(one) for one in refused.value.remedies] == [
        "to choose one: --workspace another"
    ]


def test_an_interrupted_command_ends_its_server_after_what_that_has_begun(
    csv: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOLDSPAN_HOME", str(tmp_path / "home"))
    begun, told = Event(), Event()
    senders: list[Thread] = []

    def slow(*given: Any) -> Any:
        begun.set()
        assert told.wait(60)
        return check_import(*given)

    monkeypatch.setattr("goldspan.server.routes.exchange.check_import", slow)
    monkeypatch.setattr(cli, "_say_what_is_waited_for", told.set)
    monkeypatch.setattr(cli, "_leave", lambda: None)

    def command() -> None:
        with connect() as session:
            Workspace.create("main", session=session)
        session = connect()
        senders.append(
            Thread(target=import_file, args=("d", Path(csv)), kwargs={"session": session})
        )
        senders[0].start()
        assert begun.wait(60)
        raise SystemExit(130)

    monkeypatch.setattr(cli, "build_app", lambda: command)
    with pytest.raises(SystemExit):
        main()
    senders[0].join(60)
    assert Home(tmp_path / "home").owner() is None
    with connect() as session:
        assert len(RemoteFeedbackDataset.find(session, "d")) == 3
    embedded.stop()


def test_export_says_what_it_left_out(run: Callable[..., str], csv: str, tmp_path: Path) -> None:
    run("import", csv, "--dataset", "d", "--answers", "none")
    output = tmp_path / "out.jsonl"
    said = run("export", "--dataset", "d", "--format", "sft", "--output", str(output))
    assert "0 written" in said
    assert "left out: 3 without a submitted answer" in said


def test_a_whole_dataset_moves_to_an_empty_home(
    run: Callable[..., str], csv: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", csv, "--dataset", "d")
    output = str(tmp_path / "d.zip")
    said = run("export", "--dataset", "d", "--format", "goldspan", "--output", output)
    assert said == f"3 written to {output}\n"
    embedded.stop()
    monkeypatch.setenv("GOLDSPAN_HOME", str(tmp_path / "other"))
    assert "goldspan: 3 rows, 3 fit" in run("import", output, "--dataset", "e", "--dry-run")
    said = run("import", output, "--dataset", "e")
    assert f"e is new: with the settings of {output}\ne: 3 questions added, 0 updated" in said
    squad = tmp_path / "e.json"
    assert "3 written" in run(
        "export", "--dataset", "e", "--format", "squad", "--output", str(squad)
    )


def test_a_dataset_that_is_not_there_is_named(run: Callable[..., str], csv: str) -> None:
    run("import", csv, "--dataset", "d")
    with pytest.raises(NotFound, match=r"no dataset 'e' .*only \['d'\]"):
        run("export", "--dataset", "e", "--format", "squad", "--output", "out.json")


def test_a_reader_suggests_and_proposes(
    run: Callable[..., str],
    csv: str,
    tmp_path: Path,
    make_span_parts: Callable[..., tuple[Any, Any]],
) -> None:
    model, tokenizer = make_span_parts([CSV])
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path / "model")
    reader = str(tmp_path / "model")
    run("import", csv, "--dataset", "d")
    assert "d: 3 suggestions" in run("suggest", "--dataset", "d", "--model", reader)
    said = run("candidates", "--dataset", "d", "--to", "p", "--model", reader, "-k", "3", "--gold")
    assert "p: 3 questions with candidates, 0 skipped" in said
    taken = CliRunner().invoke(
        build_app(), ["candidates", "--dataset", "d", "--to", "p", "--model", "no/such/reader"]
    )
    assert "has a dataset 'p' already; choose another name" in str(taken.exception)

    with connect() as session:
        suggestions = [record.suggestions[0] for record in RemoteFeedbackDataset.find(session, "d")]
        record = RemoteFeedbackDataset.find(session, "p")[0]
    assert {one.agent for one in suggestions} == {reader}
    for one in suggestions:
        assert all(0.0 <= score <= 1.0 for score in one.score)  # type: ignore[union-attr]
    assert record.metadata["candidate_sources"].count("gold") == 1
    texts = [record.fields[f"response{at}"] for at in (1, 2, 3)]
    assert "Rome" in texts
    assert len(set(texts)) == 3


def test_records_are_exported_whole(run: Callable[..., str], csv: str, tmp_path: Path) -> None:
    run("import", csv, "--dataset", "d")
    output = tmp_path / "out.jsonl"
    run("export", "--dataset", "d", "--format", "jsonl", "--output", str(output))
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["fields"]["question"] for row in rows] == ["Where from?", "Where to?", "When?"]
    assert rows[2]["responses"][0]["values"] == {"answer": []}


def test_a_command_closes_its_connections(run: Callable[..., str], csv: str) -> None:
    gc.collect()  # what others left is not this command's
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        run("import", csv, "--dataset", "d")
        gc.collect()
    assert [str(one.message) for one in caught if "socket" in str(one.message)] == []


def test_a_reward_model_of_a_dataset_names_the_snapshot_that_it_learnt_from(
    run: Callable[..., str],
    csv: str,
    tmp_path: Path,
    make_span_parts: Callable[..., tuple[Any, Any]],
) -> None:
    model, tokenizer = make_span_parts([CSV])
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path / "model")
    run("import", csv, "--dataset", "d")
    run("candidates", "--dataset", "d", "--to", "p", "--model", str(tmp_path / "model"), "-k", "2")
    with connect() as session:
        for record in RemoteFeedbackDataset.find(session, "p"):
            record.submit({"preference": [{"value": "response2"}, {"value": "response1"}]})
    words = ["--dataset", "p", "--model", "tiny-gpt2", "--output", str(tmp_path / "run")]
    assert "3 of 3 rows kept" in run("train", "reward", *words, "--set", "max_steps=1")
    snapshot = RunFolder(tmp_path / "run").spec.snapshot
    assert snapshot is not None
    assert len(snapshot.content_hash) == 64
