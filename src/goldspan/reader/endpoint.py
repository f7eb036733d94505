"""Candidates from a model that another server runs, by the protocol of OpenAI's API.

vLLM, SGLang, llama.cpp's server, TGI and others speak it. Only an operator says which server is
asked. Answers are kept in a journal as they come, so that a run that was interrupted asks for
none of them twice.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from goldspan.domain.normalise import normalise_answer
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.span import Span
from goldspan.errors import EndpointFailed, InvalidInput
from goldspan.reader.base import OnProgress, ReaderAnswer

Question = tuple[str, Sequence[str]]

TEMPERATURES = (1.0, 1.3, 1.7)
"""One round of samples each, while a question has too few candidates."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    """Which server is asked, and how.

    Args:
        url: what stands before ``/completions`` or ``/chat/completions``, such as
            ``http://localhost:8000/v1``.
        model: the model's name there.
        api_key: sent as a bearer token; "" sends none.
        chat: whether to put the prompt as a chat message, for models that were trained to chat,
            rather than to have it completed, for models trained on the template.
        concurrency: requests under way at a time, >= 1.
        retries: further tries of a request that failed for a passing reason, >= 0.
        timeout_s: longest wait for one answer, in seconds.
        max_tokens: tokens of an answer at most.
    """

    url: str
    model: str
    api_key: str = ""
    chat: bool = False
    concurrency: int = 8
    retries: int = 5
    timeout_s: float = 120.0
    max_tokens: int = 64

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise InvalidInput(f"an endpoint is an http or https URL up to /v1, found {self.url!r}")
        if self.concurrency < 1 or self.retries < 0 or self.timeout_s <= 0 or self.max_tokens < 1:
            raise InvalidInput(
                "an endpoint needs concurrency >= 1, retries >= 0, timeout_s > 0 and "
                f"max_tokens >= 1; found {self.concurrency}, {self.retries}, {self.timeout_s}, "
                f"{self.max_tokens}"
            )


class EndpointReader:
    """Proposes and gives answers that a model behind an endpoint writes.

    The context is the first that a question brings; the server cuts nothing. An answer's score is
    the share of the samples in which it was drawn.

    Args:
        config: which server, and how.
        template: how questions are put, and what the answer is in what comes back.
        journal: a file of the answers so far; None keeps none.
        sleep: waits between tries.
    """

    def __init__(
        self,
        config: EndpointConfig,
        template: PromptTemplate | None = None,
        journal: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.config = config
        self.template = template or PromptTemplate()
        self._journal = _Journal(journal)
        self._sleep = sleep

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.config.model

    def answer(
        self, question_text: str, contexts: Sequence[str], top_k: int = 1
    ) -> list[ReaderAnswer]:
        """Answer one question; see ``Reader``."""
        return self.answer_many([(question_text, contexts)], top_k)[0]

    def answer_many(
        self,
        questions: Sequence[Question],
        top_k: int = 1,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Answer with the likeliest text, and with samples where more than one is asked for."""

        def ask(client: httpx.Client, question: Question) -> list[ReaderAnswer]:
            likeliest = self._texts(client, question, 1, temperature=0.0, seed=0)
            more = self._samples(client, question, top_k, 0) if top_k > 1 else []
            return _ranked([*likeliest, *more], question, first=likeliest[0])[:top_k]

        return self._all(questions, ask, on_progress)

    def propose(
        self,
        questions: Sequence[Question],
        k: int,
        *,
        seed: int = 0,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Draw candidates for each question; see ``Reader``."""

        def ask(client: httpx.Client, question: Question) -> list[ReaderAnswer]:
            return _ranked(self._samples(client, question, k, seed), question)[:k]

        return self._all(questions, ask, on_progress)

    def _all(
        self,
        questions: Sequence[Question],
        ask: Callable[[httpx.Client, Question], list[ReaderAnswer]],
        on_progress: OnProgress | None,
    ) -> list[list[ReaderAnswer]]:
        """Ask many questions at once; the first failure ends it, what came before is kept."""
        headers = {"Authorization": f"Bearer {self.config.api_key}"} if self.config.api_key else {}
        limits = httpx.Limits(max_connections=self.config.concurrency)
        with (
            httpx.Client(timeout=self.config.timeout_s, headers=headers, limits=limits) as client,
            ThreadPoolExecutor(self.config.concurrency) as pool,
        ):
            asked = {pool.submit(ask, client, one): at for at, one in enumerate(questions)}
            found: list[list[ReaderAnswer]] = [[] for _ in questions]
            try:
                for done in as_completed(asked):
                    found[asked[done]] = done.result()
                    if on_progress is not None:
                        on_progress(1)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return found

    def _samples(self, client: httpx.Client, question: Question, k: int, seed: int) -> list[str]:
        """Draw texts until k of them differ, or the temperatures are used up."""
        drawn: list[str] = []
        for number, temperature in enumerate(TEMPERATURES):
            drawn += self._texts(
                client, question, 2 * k, temperature=temperature, seed=seed + number
            )
            if len({normalise_answer(text) for text in drawn}) >= k:
                break
        return drawn

    def _texts(
        self, client: httpx.Client, question: Question, count: int, *, temperature: float, seed: int
    ) -> list[str]:
        """Return what the model writes; "" says "not answerable"."""
        text, contexts = question
        if not any(context.strip() for context in contexts):
            return [""] * count
        prompt = self.template.render_prompt(text, contexts[0])
        body: dict[str, Any] = {
            "model": self.config.model,
            "n": count,
            "temperature": temperature,
            "max_tokens": self.config.max_tokens,
            "seed": seed,
        }
        if self.config.chat:
            wanted = (
                "Answer with the shortest words of the context that answer the question, and "
                f"nothing else; where it does not say, answer {self.template.no_answer!r}.\n\n"
            )
            body["messages"] = [{"role": "user", "content": wanted + prompt}]
        else:
            body |= {"prompt": prompt, "stop": ["\n"]}
        key = _key(self.config, body)
        written = self._journal.get(key)
        if written is None:
            written = self._ask(client, body)
            self._journal.add(key, written)
        return [self.template.read_completion(one.partition("\n")[0]) for one in written]

    def _ask(self, client: httpx.Client, body: dict[str, Any]) -> list[str]:
        path = "/chat/completions" if self.config.chat else "/completions"
        url = self.config.url.rstrip("/") + path
        problem = ""
        for attempt in range(self.config.retries + 1):
            wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt)
            try:
                response = client.post(url, json=body)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if response.status_code == 200:
                    return _written(response, url)
                problem = f"status {response.status_code}: {response.text[:300]}"
                if response.status_code not in RETRIED:
                    break
                wait_s = _retry_after_s(response, wait_s)
            if attempt < self.config.retries:
                self._sleep(wait_s)
        raise EndpointFailed(
            f"POST {url} for the model {self.config.model!r} gave no answer: {problem}. Answers "
            "until then are in the journal, where there is one; the same command goes on from there"
        )


class _Journal:
    """Answers by request, as JSON lines; a line cut off by a kill is left out."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, list[str]] = {}
        self._lock = threading.Lock()
        if path is not None and path.is_file():
            whole = path.read_bytes()
            lines = whole[: whole.rfind(b"\n") + 1].splitlines()
            self._known = {row["key"]: row["texts"] for row in map(json.loads, lines)}
            if len(whole) != whole.rfind(b"\n") + 1:
                path.write_bytes(whole[: whole.rfind(b"\n") + 1])

    def get(self, key: str) -> list[str] | None:
        return self._known.get(key)

    def add(self, key: str, texts: list[str]) -> None:
        with self._lock:
            self._known[key] = texts
            if self._path is not None:
                line = json.dumps({"key": key, "texts": texts}, ensure_ascii=False)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")


def _key(config: EndpointConfig, body: dict[str, Any]) -> str:
    """Name a request: the same one to the same model has the same name."""
    asked = {**asdict(config), "api_key": "", "concurrency": 0, "retries": 0, "timeout_s": 0}
    whole = json.dumps([asked, body], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _written(response: httpx.Response, url: str) -> list[str]:
    """Return the texts of an answer of either kind."""
    try:
        choices = response.json()["choices"]
        texts = [one["text"] if "text" in one else one["message"]["content"] for one in choices]
    except (ValueError, KeyError, TypeError) as error:
        raise EndpointFailed(
            f"POST {url} should answer with choices that hold text or message.content, found "
            f"{response.text[:200]!r}; is it an OpenAI-compatible server, and the URL up to /v1?"
        ) from error
    if not texts or not all(isinstance(text, str) for text in texts):
        raise EndpointFailed(f"POST {url} answered without a text: {response.text[:200]!r}")
    return texts


def _retry_after_s(response: httpx.Response, otherwise: float) -> float:
    """Return the seconds that a server asks to wait, within reason."""
    given = response.headers.get("Retry-After", "")
    return min(LONGEST_WAIT_S, float(given)) if given.isdigit() else otherwise


def _ranked(
    texts: Sequence[str], question: Question, first: str | None = None
) -> list[ReaderAnswer]:
    """Return the distinct texts, ``first`` and then the oftenest drawn, with their places."""
    drawn = Counter(normalise_answer(text) for text in texts)
    different: dict[str, str] = {}
    for text in texts:
        different.setdefault(normalise_answer(text), text)
    lead = normalise_answer(first) if first is not None else None
    order = sorted(different, key=lambda name: (name != lead, -drawn[name]))
    return [_answer(different[name], question, drawn[name] / len(texts)) for name in order]


def _answer(text: str, question: Question, share: float) -> ReaderAnswer:
    start = question[1][0].find(text) if text and question[1] else -1
    span = Span(start, start + len(text)) if start >= 0 else None
    return ReaderAnswer(text, span, 0 if span else None, share)
