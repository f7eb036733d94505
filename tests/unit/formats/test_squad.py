"""SQuAD JSON: what is read, what is refused and how each fault is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile, InvalidInput, NotFound
from goldspan.formats.squad import read_squad, write_squad

CONTEXT = "The bridge 🌉 opened in 1894."


def question(id: str | int = "q1", **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "question": "When did it open?",
        "answers": [{"text": "1894", "answer_start": 23}],
        **changes,
    }


def squad(*questions: Any, version: Any = "1.1", context: Any = CONTEXT) -> dict[str, Any]:
    paragraph = {"context": context, "qas": list(questions)}
    return {"version": version, "data": [{"title": "Bridges", "paragraphs": [paragraph]}]}


def without(key: str, node: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != key}


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(document: Any) -> Path:
        path = tmp_path / "file.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


def test_a_question_becomes_a_demonstration_with_its_span_in_code_points(file: Any) -> None:
    read = read_squad(file(squad(question())))
    assert read.version == "v1.1"
    assert read.demonstrations == [
        Demonstration(
            id="q1",
            question_text="When did it open?",
            context=CONTEXT,
            answers=(Answer("1894", Span(23, 27)),),
            article="Bridges",
            passage="Bridges#0",
        )
    ]


def test_an_impossible_question_has_no_answers(file: Any) -> None:
    read = read_squad(file(squad(question(answers=[], is_impossible=True), version="v2.0")))
    assert read.version == "v2.0"
    assert not read.demonstrations[0].answerable


def test_contexts_are_numbered_within_their_article_and_equal_ones_are_one_object(
    file: Any,
) -> None:
    document = squad(question("a"))
    article = document["data"][0]
    answers = [{"text": "1894", "answer_start": 6}]
    other = {"context": "It is 1894 m long.", "qas": [question("b", answers=answers)]}
    article["paragraphs"] += [other, {"context": CONTEXT, "qas": [question("c")]}]
    first, second, third = read_squad(file(document)).demonstrations
    assert [first.passage, second.passage, third.passage] == ["Bridges#0", "Bridges#1", "Bridges#0"]
    assert first.context is third.context


def test_line_ends_and_odd_spaces_stay_as_they_are(file: Any) -> None:
    context = "one\r\ntwo\u2028\u00a0three"
    answers = [{"text": "two\u2028", "answer_start": 5}]
    read = read_squad(file(squad(question(answers=answers), context=context)))
    assert read.demonstrations[0].context == context


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(json.dumps(squad(question())), encoding="utf-8-sig")
    assert len(read_squad(path).demonstrations) == 1


def test_a_whole_number_serves_as_an_id_and_a_title_may_be_absent(file: Any) -> None:
    document = squad(question(id=17))
    del document["data"][0]["title"]
    [read] = read_squad(file(document)).demonstrations
    assert (read.id, read.article, read.passage) == ("17", "", "#0")


def test_answers_may_be_absent_where_they_are_not_required(file: Any) -> None:
    path = file(squad(without("answers", question())))
    assert read_squad(path, answers_required=False).demonstrations[0].answers == ()


AT = "data[0].paragraphs[0].qas[0]"
ANSWER = {"text": "1894", "answer_start": 23}
FAULTS = [
    (without("id", question()), f"{AT}.id: expected a text that is not empty, found none"),
    (question(id=""), f"{AT}.id: expected a text that is not empty, found ''"),
    (without("question", question()), f"{AT}.question: expected a text that is not empty, found n"),
    (question(question=7), f"{AT}.question: expected a text that is not empty, found 7"),
    (without("answers", question()), f"{AT}.answers: expected a list, found none"),
    (question(answers="1894"), f"{AT}.answers: expected a list, found '1894'"),
    (question(answers=["1894"]), f"{AT}.answers[0]: expected an object, found '1894'"),
    (question(answers=[]), f"{AT}: no answer; a question that its context does not answer needs"),
    (
        question(answers=[without("text", ANSWER)]),
        f"{AT}.answers[0].text: expected a text that is not empty, found none",
    ),
    (
        question(answers=[without("answer_start", ANSWER)]),
        f"{AT}.answers[0].answer_start: expected a whole number, found none",
    ),
    (
        question(answers=[{"text": "1894", "answer_start": True}]),
        f"{AT}.answers[0].answer_start: expected a whole number, found True",
    ),
    ("not a question", f"{AT}: expected an object, found 'not a question'"),
    (question(is_impossible="no"), f"{AT}.is_impossible: expected true or false, found 'no'"),
    (question(is_impossible=True), f"{AT}: `is_impossible` is true, but there are answers"),
    (question(is_impossible=False, answers=[]), f"{AT}: no answer;"),
]


@pytest.mark.parametrize(("faulty", "message"), FAULTS)
def test_a_fault_is_told_with_its_place(file: Any, faulty: Any, message: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_squad(file(squad(faulty, version=None)))
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(message)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (22, "where ' 189' stands; the nearest one starts at 23"),
        (-4, "where nothing stands; the nearest one starts at 23"),
        (999, "where nothing stands; the nearest one starts at 23"),
        (24, "where '894.' stands; it starts at 23: 24 counts UTF-16 units, not characters"),
        (26, "where '4.' stands; it starts at 23: 26 counts bytes, not characters"),
    ],
)
def test_a_wrong_offset_is_told_with_what_stands_there(file: Any, start: int, message: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_squad(file(squad(question(answers=[{"text": "1894", "answer_start": start}]))))
    assert caught.value.faults == (
        f"{AT}.answers[0]: the answer '1894' should start at character {start}, {message}",
    )


def test_an_answer_that_is_nowhere_in_its_context_is_said_to_be_nowhere(file: Any) -> None:
    with pytest.raises(InvalidFile, match="it is nowhere in this context"):
        read_squad(file(squad(question(answers=[{"text": "1895", "answer_start": 23}]))))


def test_every_fault_of_a_file_is_listed_at_once(file: Any) -> None:
    wrong = question("w", answers=[{"text": "1894", "answer_start": n} for n in range(19)])
    with pytest.raises(InvalidFile) as caught:
        read_squad(file(squad(wrong, without("id", question()), question("w"), question("ok"))))
    assert len(caught.value.faults) == 21
    assert caught.value.faults[-1] == (
        "data[0].paragraphs[0].qas[2]: the id 'w' belongs to data[0].paragraphs[0].qas[0] already"
    )
    assert "has 21 faults, so nothing was read" in caught.value.message
    assert caught.value.message.endswith("… and 1 more")


def test_a_mixture_of_both_versions_is_refused(file: Any) -> None:
    mixed = squad(question("a"), question("b", is_impossible=False), question("c"))
    with pytest.raises(InvalidFile) as caught:
        read_squad(file(mixed))
    assert caught.value.faults == (
        "v1.1 and v2.0 are mixed: 1 questions have `is_impossible` (the first is "
        "data[0].paragraphs[0].qas[1]), 2 have not (data[0].paragraphs[0].qas[0]); give it to all "
        "or to none",
    )


@pytest.mark.parametrize(
    ("version", "changes", "message"),
    [
        ("v2.0", {}, "version: the file says 'v2.0', but its questions do not have"),
        (1.1, {"is_impossible": False}, "version: the file says 1.1, but its questions have"),
    ],
)
def test_a_version_that_the_questions_contradict_is_refused(
    file: Any, version: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidFile, match=message):
        read_squad(file(squad(question(**changes), version=version)))


@pytest.mark.parametrize("version", [None, "fr-1.0", "2024-11", 3])
def test_a_version_that_is_not_squads_is_passed_over(file: Any, version: Any) -> None:
    assert read_squad(file(squad(question(), version=version))).version == "v1.1"


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ([question()], r"found \[\{'id'"),
        ({"question": "?"}, r"found an object with \['question'\]"),
        ({"data": {}}, r"found an object with \['data'\]"),
        ("SQuAD", "found 'SQuAD'"),
    ],
)
def test_other_json_is_refused_by_what_it_is(file: Any, document: Any, found: str) -> None:
    with pytest.raises(InvalidFile, match=f"not SQuAD's: expected .* the list `data`, {found}"):
        read_squad(file(document))


def test_a_file_without_a_question_is_refused(file: Any) -> None:
    with pytest.raises(InvalidFile, match="there is no question in it"):
        read_squad(file({"data": []}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"data": [\n  {"title": }]}', "not JSON: line 2, column 13: Expecting value"),
        (b'{"data": [', r"not JSON: line 1, column 11: Expecting value"),
        (b'{"data": ["\xe9"]}', "not JSON: line 1, column 12: byte 0xe9 is not UTF-8"),
        (b'{"data": ["\\ud800"]}', "not JSON: it holds .* half of a surrogate pair"),
        (b'{"data": ' + b"[" * 100_000, "not JSON: .* nested too deeply"),
    ],
)
def test_what_is_not_json_is_refused_with_line_and_column(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match=message):
        read_squad(path)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no file .*none\.json"):
        read_squad(tmp_path / "none.json")


def test_a_question_without_an_answer_cannot_be_written_as_v1(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"v1\.1 cannot hold questions without an answer"):
        write_squad(tmp_path / "out.json", [Demonstration("x", "?", "text", ())], "v1.1")


def test_an_answer_without_a_place_cannot_be_written_and_leaves_the_old_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    with pytest.raises(InvalidInput, match="place of every answer, but 'tea' to 'x' has none"):
        write_squad(path, [Demonstration("x", "?", "text", (Answer("tea"),))])
    assert path.read_text() == "old"


@st.composite
def demonstrations(draw: st.DrawFn) -> list[Demonstration]:
    """Questions in any order over a few contexts, named as the reader names them."""
    text = st.text(min_size=1, max_size=12)
    contexts = draw(
        st.lists(st.tuples(text, text), min_size=1, max_size=4, unique_by=lambda c: c[1])
    )
    asked = draw(st.lists(st.tuples(st.sampled_from(contexts), text), min_size=1, max_size=6))
    answerable = draw(st.booleans())
    passages: dict[str, list[str]] = {}
    found = []
    for number, ((article, context), question_text) in enumerate(asked):
        known = passages.setdefault(article, [])
        if context not in known:
            known.append(context)
        start = draw(st.integers(0, len(context) - 1))
        span = Span(start, draw(st.integers(start + 1, len(context))))
        answers = draw(st.lists(st.just(Answer(span.of(context), span)), max_size=2))
        if answerable and not answers:
            answers = [Answer(context, Span(0, len(context)))]
        passage = f"{article}#{known.index(context)}"
        found.append(
            Demonstration(str(number), question_text, context, tuple(answers), article, passage)
        )
    return found


@settings(max_examples=200, derandomize=True, deadline=None)
@given(written=demonstrations())
def test_what_is_written_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, written: list[Demonstration]
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.json"
    write_squad(path, written)
    assert read_squad(path).demonstrations == written


@pytest.mark.parametrize(
    ("name", "version", "questions", "unanswerable", "articles", "passages"),
    [
        ("squad-dev-v1.1.json", "v1.1", 10_570, 0, 48, 2_067),
        ("squad-dev-v2.0.json", "v2.0", 11_873, 5_945, 35, 1_204),
        ("xquad.ar.json", "v1.1", 1_190, 0, 48, 240),
    ],
)
def test_real_files_are_read_whole(
    squad_dir: Path,
    name: str,
    version: str,
    questions: int,
    unanswerable: int,
    articles: int,
    passages: int,
) -> None:
    read = read_squad(squad_dir / name)
    found = read.demonstrations
    assert (read.version, len(found)) == (version, questions)
    assert sum(not d.answerable for d in found) == unanswerable
    assert len({d.article for d in found}) == articles
    assert len({d.passage for d in found}) == passages
    assert all(a.span and a.span.of(d.context) == a.text for d in found for a in d.answers)
