"""The benchmark of the span reader: its own arithmetic."""

from benchmarks.reader import Course, long_documents, quicker, race
from benchmarks.reading.readers import Asked, Block

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span


class Echo:
    """Answers every question with its own text."""

    def __init__(self, name: str, turns: list[str]) -> None:
        self.name = name
        self.turns = turns

    def read(self, questions: Asked) -> Block:
        self.turns.append(self.name)
        return Block([(asked, 0, 1) for asked, _ in questions], 1.0, 2.0)


def test_contestants_take_turns_at_being_first_and_answer_everything_in_order() -> None:
    turns: list[str] = []
    questions = [(str(number), "text") for number in range(60)]  # blocks of 24, 24 and 12
    first, second = race([Echo("a", turns), Echo("b", turns)], questions)
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert [text for text, _, _ in first.answers] == [asked for asked, _ in questions]
    assert first == second == Course(first.answers, [1.0] * 3, 6.0)


def test_half_the_seconds_are_twice_the_questions_a_second() -> None:
    # The middle of 2, 2 and 9: one disturbed block does not decide.
    assert quicker(Course(wall_s=[4.0, 6.0, 9.0]), Course(wall_s=[2.0, 3.0, 1.0])) == 2.0


def test_golds_keep_their_places_in_a_long_document() -> None:
    asked = []
    for number in range(16):
        context = f"passage {number} 🙂 names Ada{number}"
        at = context.index("Ada")
        gold = Answer(context[at:], Span(at, len(context)))
        asked.append(Demonstration(str(number), "who?", context, (gold,), "article"))
    made = long_documents(asked, documents=2, each=8)
    assert len({d.context for d in made}) == 2
    assert len(made) == 16
    for d in made:
        assert [a.span.of(d.context) if a.span else None for a in d.answers] == [f"Ada{d.id}"]
