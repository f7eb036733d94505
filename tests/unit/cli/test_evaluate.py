import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from goldspan.cli import build_app
from goldspan.cli.output import as_option
from goldspan.errors import InvalidFile, InvalidInput

CONTEXTS = {
    "Bees": "Bees make wax in summer. They fly two miles for it.",
    "Tides": "The Moon pulls the sea. Salt stays behind on the shore.",
}


@pytest.fixture(scope="module")
def readers(
    tmp_path_factory: pytest.TempPathFactory, make_span_parts: Callable[..., tuple[Any, Any]]
) -> list[str]:
    """Two untrained readers, on disk."""
    folders, parent = [], tmp_path_factory.mktemp("readers")
    for seed in (0, 1):
        model, tokenizer = make_span_parts([*CONTEXTS.values(), "What is it?"], seed=seed)
        folder = parent / f"reader{seed}"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        folders.append(str(folder))
    return folders


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four questions about two articles."""
    rows = [
        {"id": f"{article}-{answer}", "article": article, "question": "What is it?"}
        | {"context": context, "answer": answer}
        for article, context in CONTEXTS.items()
        for answer in context.split()[:2]
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(build_app(), ["evaluate", *map(str, arguments)])


def run_checked(*arguments: str | Path) -> None:
    """Type it and let errors through."""
    words = ["evaluate", *map(str, arguments)]
    CliRunner().invoke(build_app(), words, catch_exceptions=False)


def test_the_table_has_every_reader_and_every_comparison(
    readers: list[str], data: Path, tmp_path: Path
) -> None:
    train = tmp_path / "train.csv"
    train.write_text("question,context,answer\nW?,It is tea.,tea\n", encoding="utf-8")
    output = tmp_path / "report.json"
    done = run(*readers, "--data", data, "--baseline", train, "--output", output)
    assert done.exit_code == 0, done.output
    short = [Path(reader).name for reader in readers]
    names = ["always 'tea'", *short]
    report = json.loads(output.read_text(encoding="utf-8"))
    assert [(r["name"], r["questions"], r["clusters_by"]) for r in report["reports"]] == [
        (name, 4, "article") for name in names
    ]
    assert [(c["first"], c["second"]) for c in report["comparisons"]] == [
        (names[0], names[1]),
        (names[0], names[2]),
        (names[1], names[2]),
    ]
    assert set(report["predictions"][short[0]]) == {"Bees-Bees", "Bees-make", "Tides-The"} | {
        "Tides-Moon"
    }
    assert report["models"] == dict(zip(short, readers, strict=True))
    assert "always 'tea'" in done.output
    assert "2 articles" in done.output


def test_a_limit_draws_some_of_the_questions(readers: list[str], data: Path) -> None:
    done = run(readers[0], "--data", data, "--limit", "1")
    assert "  1          1 question" in done.output


def test_rules_that_do_not_fit_the_file_are_refused(readers: list[str], tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("question,context,answer\nWhat is it?,Bees make wax.,\n", encoding="utf-8")
    assert "v2.0's rules" in run(readers[0], "--data", path).output
    refused = run(readers[0], "--data", path, "--version", "v1.1")
    assert isinstance(refused.exception, InvalidInput)


def test_a_faulty_file_is_refused_before_any_model_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("question,context,answer\nWhat?,,tea\n", encoding="utf-8")
    refused = run("no/such-model", "--data", path)
    assert isinstance(refused.exception, InvalidFile)


FAULTY = """id,article,question,context,answer
a,Bees,What is it?,Bees make wax in summer.,Bees
b,Bees,,Bees make wax in summer.,make
c,Bees,What is wax?,Bees make wax in summer.,wax
a,Bees,What is it?,Bees make wax in winter.,wax
"""


@pytest.mark.parametrize("option", ["--data", "--tune", "--baseline"])
def test_a_file_with_faulty_rows_is_refused_with_the_option_that_skips_them(
    data: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "faulty.csv").write_text(FAULTY, encoding="utf-8")
    files = {"--data": data, option: tmp_path / "faulty.csv"}
    with pytest.raises(InvalidFile, match="has 2 faults") as refused:
        run_checked("no/reader", *(word for pair in files.items() for word in pair))
    assert [as_option(one) for one in refused.value.remedies] == [
        "to go on without them: --on-fault skip"
    ]


def test_faulty_rows_are_left_out_and_counted(readers: list[str], tmp_path: Path) -> None:
    faulty, output = tmp_path / "faulty.csv", tmp_path / "report.json"
    faulty.write_text(FAULTY, encoding="utf-8")
    done = run(
        readers[0], "--data", faulty, "--baseline", faulty, "--on-fault", "skip", "--output", output
    )
    assert done.exit_code == 0, done.output
    assert f"{faulty}: 2 faulty rows skipped" in done.output
    assert "2 faulty rows of the data were left out, and count nowhere." in done.output
    report = json.loads(output.read_text(encoding="utf-8"))
    assert report["left_out"] == 2
    assert [one["questions"] for one in report["reports"]] == [2, 2]
    assert list(report["predictions"]["reader0"]) == ["a", "c"]


def test_a_file_without_a_sound_row_is_refused_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("question,context,answer\n,,\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="has 2 faults") as refused:
        run_checked("no/reader", "--data", tmp_path / "f.csv", "--on-fault", "skip")
    assert refused.value.remedies == []


def test_the_whole_report_is_one_page_and_one_json(
    readers: list[str], data: Path, tmp_path: Path
) -> None:
    page, output = tmp_path / "report.html", tmp_path / "report.json"
    done = run(*readers, "--data", data, "--html", page, "--output", output, "--probes")
    assert done.exit_code == 0, done.output
    assert "expected calibration error" in done.output
    assert "question paraphrased" in done.output
    shown = page.read_text(encoding="utf-8")
    assert "Old against new" in shown
    assert "Only 2 articles: intervals are rough" in shown
    assert "Not shown that reader1 and reader0 differ" in shown
    report = json.loads(output.read_text(encoding="utf-8"))
    assert [each["name"] for each in report["details"]] == ["reader0", "reader1"]
    assert report["details"][0]["by_question_word"]["what"]["questions"] == 4
    assert report["details"][0]["probes"][0]["questions"] > 0


def test_tuning_is_saved_with_the_model(readers: list[str], data: Path) -> None:
    done = run(readers[1], "--data", data, "--tune", data)
    assert done.exit_code == 0, done.output
    assert "learnt from 4 questions" in done.output
    saved = json.loads((Path(readers[1]) / "goldspan_reader.json").read_text(encoding="utf-8"))
    assert saved["temperature"] != 1.0


def test_files_that_cannot_be_written_are_told_of_before_anything_is_read(
    readers: list[str], data: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for option in ("--html", "--output"):
        done = run("no/such/reader", "--data", data, option, tmp_path / "file" / "report")
        assert isinstance(done.exception, InvalidInput)
        assert "report' cannot be written" in str(done.exception)
    done = run("no/such/reader", "--data", data, "--html", tmp_path)
    assert "expected a file's name, found the folder" in str(done.exception)


def test_the_folder_of_a_report_is_made(readers: list[str], data: Path, tmp_path: Path) -> None:
    done = run(readers[0], "--data", data, "--html", tmp_path / "new" / "report.html")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "new" / "report.html").is_file()
