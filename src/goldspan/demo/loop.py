"""The whole loop on a home of its own, stage by stage; a second run goes on after the last one.

Everything goes the way a notebook would go: through the home's real server, the SDK, and one key
for each annotator. The annotators are simulated (``demo.annotators``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from goldspan.demo.annotators import SimulatedAnnotator, gold_by_text
from goldspan.demo.beginning import (
    Beginning,
    begin,
    beginning_reader,
    default_model,
)
from goldspan.demo.options import DemoOptions
from goldspan.demo.questions import DemoQuestions, questions_for
from goldspan.demo.state import DemoState
from goldspan.domain.workspace import Role
from goldspan.errors import NotFound
from goldspan.run.folder import RunFolder
from goldspan.sdk.importing import import_demonstrations
from goldspan.sdk.progress import progress
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session, connect, init
from goldspan.sdk.training_task import TrainingTask
from goldspan.sdk.user import User
from goldspan.sdk.workspace import Workspace

if TYPE_CHECKING:
    from goldspan.reader.base import Reader
    from goldspan.training.result import TrainingResult

WORKSPACE = "demo"
ANSWERS, QUESTIONS, PREFERENCES = "answers", "questions", "preferences"
FRAMEWORKS = {"span": "transformers", "generative": "trl"}
SFT: Mapping[str, Mapping[str, Any]] = {
    "span": {"num_train_epochs": 3, "learning_rate": 3e-4, "per_device_train_batch_size": 8},
    "generative": {"num_train_epochs": 3, "learning_rate": 1e-3},
}
DPO: Mapping[str, Mapping[str, Any]] = {
    "span": {"num_train_epochs": 1, "learning_rate": 5e-5},
    "generative": {"num_train_epochs": 1, "learning_rate": 1e-4},
}
Say = Callable[[str], None]


class Demo:
    """One demo.

    Args:
        options: what was asked for.
        say: prints a line.

    Raises:
        InvalidInput: if there is no model or no usable question.
        Conflict: if the home holds something else, or a demo with other options.
    """

    def __init__(self, options: DemoOptions, say: Say = print) -> None:
        self.options = options
        self._say = say
        self._model = options.model or default_model(options.reader)
        self.questions: DemoQuestions = questions_for(options)
        asked = {**options.shaping(), "questions": self.questions.hash}
        self.state = DemoState(options.home, asked)
        self.runs = options.home / "runs"

    def run(self) -> None:
        """Carry out the stages that are left.

        Raises:
            KeyboardInterrupt: on Ctrl-C, once what was reached is saved.
        """
        stages: tuple[tuple[str, str, Callable[[Session], dict[str, Any]]], ...] = (
            ("import", "Put the questions on the server", self._import),
            ("suggest", "Let the model suggest answers", self._suggest),
            ("answer", "Simulated annotators answer", self._answer),
            ("sft", "Train on the answers (SFT)", self._sft),
            ("candidates", "Let the trained reader propose candidates", self._candidates),
            ("prefer", "Simulated annotators choose between them", self._prefer),
            ("dpo", "Train on the choices (DPO)", self._dpo),
            ("predict", "Ask every reader the held-out questions", self._predict),
        )
        left = [name for name, _, _ in stages if name not in self.state.stages]
        with init(home=self.options.home) as session:
            for number, (name, title, carry_out) in enumerate(stages, start=1):
                head = f"[{number}/{len(stages)}] {title}"
                if name not in left:
                    self._say(f"{head}: kept from before. {self.state.stages[name]['line']}")
                    continue
                self._say(head)
                started = time.monotonic()
                found = carry_out(session)
                seconds = time.monotonic() - started
                self.state.finish(name, {**found, "seconds": round(seconds, 1)})
                self._say(f"      {found['line']} ({seconds:.0f} s)")

    @property
    def beginning(self) -> Beginning:
        """What training starts from; known once the first stage has ended."""
        found = self.state.stages["import"]
        return Beginning(found["model"], found["model_name"])

    def predictions(self) -> dict[str, dict[str, str]]:
        """Return what each reader answered to the held-out questions, by id."""
        found: dict[str, dict[str, str]] = self.state.stages["predict"]["predictions"]
        return found

    def _import(self, session: Session) -> dict[str, Any]:
        options, questions = self.options, self.questions
        if WORKSPACE not in [workspace.name for workspace in Workspace.list(session=session)]:
            Workspace.create(WORKSPACE, session=session)
        for name, part in ((ANSWERS, questions.answered), (QUESTIONS, questions.judged)):
            import_demonstrations(
                name, part, answers="none", extractive=True, workspace=WORKSPACE, session=session
            )
        beginning = begin(
            options.reader, self._model, questions.training, self.state.untrained, options.seed
        )
        return {
            "line": f"{len(questions.answered)} to be answered, {len(questions.judged)} to be "
            f"judged, {len(questions.held_out)} held out; {questions.described}",
            "model": beginning.model,
            "model_name": beginning.name,
        }

    def _suggest(self, session: Session) -> dict[str, Any]:
        from goldspan.sdk.suggest import suggest

        reader = beginning_reader(self.options.reader, self.beginning)
        counts = suggest(_dataset(session, ANSWERS), reader, agent=self.beginning.name)
        return {
            "line": f"{counts.suggested} suggestions of the {self.beginning.name}, "
            f"{counts.not_in_context} answers did not stand in the passage",
            **asdict(counts),
        }

    def _answer(self, session: Session) -> dict[str, Any]:
        dataset = _dataset(session, ANSWERS)
        n = self.options.annotators
        with self._annotators(session) as annotators, progress("Answering", n * len(dataset)) as on:
            counts = [one.answer(dataset.id, (i, n), on) for i, one in enumerate(annotators)]
        accepted, marked = (
            sum(getattr(c, name) for c in counts) for name in ("accepted", "marked")
        )
        return {
            "line": f"{n} simulated annotators accepted {accepted} suggestions and "
            f"marked the gold answer of {marked} questions",
            "accepted": accepted,
            "marked": marked,
        }

    def _sft(self, session: Session) -> dict[str, Any]:
        settings = SFT[self.options.reader]
        task = TrainingTask.for_question_answering()
        return self._train(_dataset(session, ANSWERS), task, self.beginning.model, "sft", settings)

    def _candidates(self, session: Session) -> dict[str, Any]:
        from goldspan.sdk.candidates import make_candidates

        made = make_candidates(
            _dataset(session, QUESTIONS),
            self._reader("sft"),
            self.options.k,
            judgement=True,
            seed=self.options.seed,
        )
        _delete(session, PREFERENCES)  # an upload that was cut off
        made.dataset.push(PREFERENCES, WORKSPACE, session=session)
        return {
            "line": f"{len(made.dataset)} questions with up to {self.options.k} candidates, "
            f"{made.skipped} skipped for lack of two different ones",
            "records": len(made.dataset),
            "skipped": made.skipped,
        }

    def _prefer(self, session: Session) -> dict[str, Any]:
        dataset = _dataset(session, PREFERENCES)
        n = self.options.annotators
        with self._annotators(session) as annotators, progress("Judging", n * len(dataset)) as on:
            counts = [asdict(one.prefer(dataset.id, on)) for one in annotators]
        total = {name: sum(count[name] for count in counts) for name in counts[0]}
        return {
            "line": f"{total['judged']} simulated judgements, {total['flipped']} of them flipped "
            f"by noise, {total['none_acceptable']} times none was acceptable",
            **total,
        }

    def _dpo(self, session: Session) -> dict[str, Any]:
        settings = DPO[self.options.reader]
        task = TrainingTask.for_direct_preference_optimization()
        sft = str(self.runs / "sft")
        return self._train(_dataset(session, PREFERENCES), task, sft, "dpo", settings)

    def _predict(self, session: Session) -> dict[str, Any]:
        asked = [(one.question_text, [one.context]) for one in self.questions.held_out]
        readers: dict[str, Callable[[], Reader]] = {
            self.beginning.name: lambda: beginning_reader(self.options.reader, self.beginning),
            "SFT": lambda: self._reader("sft"),
            "DPO": lambda: self._reader("dpo"),
        }
        predictions = {}
        for name, load in readers.items():
            with progress(f"{name} answers", len(asked)) as advance:
                answers = load().answer_many(asked, on_progress=advance)
            predictions[name] = {
                one.id: found[0].text
                for one, found in zip(self.questions.held_out, answers, strict=True)
            }
        return {
            "line": f"{len(asked)} questions to {len(readers)} readers",
            "predictions": predictions,
        }

    def _train(
        self,
        dataset: RemoteFeedbackDataset,
        task: TrainingTask,
        model: str,
        run: str,
        settings: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Train, or go on with a training that was interrupted, or take one that has ended."""
        from goldspan.sdk.trainer import GoldspanTrainer

        folder = self.runs / run
        if not RunFolder.spec_path(folder).is_file():
            trainer = GoldspanTrainer(
                dataset,
                task,
                FRAMEWORKS[self.options.reader],
                model=model,
                seed=self.options.seed,
                framework_kwargs=settings,
            )
            trainer.train(folder)
            _require_end(trainer.result)
        elif not RunFolder(folder).report_path.is_file():
            from goldspan.training.resume import resume_training

            _require_end(resume_training(folder))
        report = RunFolder(folder).report()
        rows = report["rows"]
        return {
            "line": f"{rows['kept']} of {rows['given']} rows, {report['steps']} steps, last loss "
            f"{report['final_loss']:.3f}",
            "rows": rows,
            "steps": report["steps"],
            "final_loss": report["final_loss"],
        }

    def _reader(self, run: str) -> Reader:
        from goldspan.reader.load import load_reader

        return load_reader(self.runs / run)

    @contextmanager
    def _annotators(self, session: Session) -> Iterator[list[SimulatedAnnotator]]:
        """Give the annotators, each with a session of its own that is closed in the end."""
        gold = gold_by_text(self.questions.training)
        names = [f"simulated-{number}" for number in range(1, self.options.annotators + 1)]
        with ExitStack() as opened:
            sessions = [
                opened.enter_context(connect(session.api_url, self._key(session, name), WORKSPACE))
                for name in names
            ]
            yield [
                SimulatedAnnotator(each, gold, self.options.noise, self.options.seed)
                for each in sessions
            ]

    def _key(self, session: Session, username: str) -> str:
        """Return an annotator's key; the user is made if it is not there."""
        known = self.state.keys().get(username)
        if known is not None:
            return known
        for user in User.list(session=session):
            if user.username == username:  # made by a run that was cut off before it kept the key
                user.delete()
        made = User.create(username, role=Role.ANNOTATOR, workspaces=[WORKSPACE], session=session)
        assert made.api_key is not None, "the answer of create holds the key"
        self.state.keep_key(username, made.api_key)
        return made.api_key


def _dataset(session: Session, name: str) -> RemoteFeedbackDataset:
    return RemoteFeedbackDataset.find(session, name, WORKSPACE)


def _delete(session: Session, name: str) -> None:
    try:
        _dataset(session, name).delete()
    except NotFound:
        return


def _require_end(result: TrainingResult) -> None:
    """Raise KeyboardInterrupt if Ctrl-C stopped a training; its checkpoint is saved."""
    if result.interrupted:
        raise KeyboardInterrupt
