"""Every error that a caller of Goldspan may want to tell apart.

::

    GoldspanError
    ├── InvalidInput              a value does not fit what was declared
    │   ├── InvalidSpan             text[start:end] is not what it should be
    │   ├── InvalidSettings         fields, questions or options contradict each other
    │   ├── InvalidRecord           a record does not fit its dataset
    │   ├── InvalidResponse         a response's values do not fit the questions
    │   └── InvalidFile             an import file; carries every fault found in it
    ├── Unauthenticated           no key or password, or a wrong one
    ├── Forbidden                 known, but not allowed to
    │   ├── PasswordChangeRequired  signed in with a password that somebody else has set
    │   └── CrossSite               a browser sent this from another site's page
    ├── UnknownHost               the request names a host that this server is not
    ├── NotFound                  no such thing, or not visible to this user
    ├── Conflict                  the thing exists already, or its state forbids the change
    ├── PreconditionFailed        it is no longer as the caller last saw it
    ├── TooLarge                  a request's body is over its limit
    ├── TooManyRequests           tried too often; carries how long to wait
    ├── HomeBusy                  another process owns this home and does not answer
    ├── StorageFailure            the database cannot be read or written
    ├── MissingExtra              an optional dependency is not installed
    ├── ServerUnreachable         no answer from the server
    ├── UnexpectedAnswer          the server answered something that is not Goldspan's
    ├── EndpointFailed            a model's server gave no answer, or none of the protocol
    ├── WebhookFailed             a webhook's receiver gave no answer, or one other than 2xx
    └── TrainingError             training cannot start or go on
        ├── NothingToTrain          no usable row is left; carries the counts
        ├── UnusableModel           not a model folder that may be loaded
        ├── TemplateMismatch        two prompts that have to be equal are not
        └── ReferenceMismatch       DPO's reference is not the reader it starts from

A message says what was expected, what was found, where, and what to do next. Where that is to
give a parameter, the error carries it as a ``Remedy``, for Python and the command line call the
same parameter differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict


class Remedy(TypedDict):
    """A parameter that gets a caller past an error; plain data, as it stands in JSON.

    Keys:
        gain: what giving it does, as in "to go on without them".
        parameter: its name in Python, such as ``on_fault``.
        value: what to give it; an object where each of its keys is to be given a value.
    """

    gain: str
    parameter: str
    value: str | dict[str, str]


FAULTS_SHOWN = 20


def listed(message: str, faults: Sequence[str]) -> str:
    """Return a message with the first faults under it, a line each, and how many more there are."""
    shown = [f"  {fault}" for fault in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        shown.append(f"  … and {len(faults) - FAULTS_SHOWN} more")
    return "\n".join([message, *shown])


def as_argument(remedy: Remedy) -> str:
    """Return a remedy as Python takes it, such as ``to go on without them: on_fault='skip'``."""
    return f"{remedy['gain']}: {remedy['parameter']}={remedy['value']!r}"


class GoldspanError(Exception):
    """Root of the tree; ``params`` holds the message's values for programs.

    Args:
        message: without the remedies; ``str`` of the error has them, as Python takes them.
        params: what stands in JSON; ``remedies`` among them is a list of ``Remedy``.
    """

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return "\n".join([self.message, *map(as_argument, self.remedies)])

    @property
    def remedies(self) -> list[Remedy]:
        """The parameters that get past it, [] where there are none."""
        return list(self.params.get("remedies", ()))

    @property
    def code(self) -> str:
        """The name that stands in JSON error bodies, such as ``goldspan.NotFound``."""
        return f"goldspan.{type(self).__name__}"


class InvalidInput(GoldspanError):
    """A value does not fit what was declared."""


class InvalidSpan(InvalidInput):
    """A span lies outside its text, or covers another text than the one given."""


class InvalidSettings(InvalidInput):
    """A dataset's fields, questions or options are not usable together."""


class InvalidRecord(InvalidInput):
    """A record's fields, metadata or suggestions do not fit its dataset."""


class InvalidResponse(InvalidInput):
    """A response's values do not fit the dataset's questions."""


class InvalidFile(InvalidInput):
    """An import file has faults; all of them are listed.

    Args:
        message: what the file should have been and what to do.
        faults: one line a fault, each naming its place in the file.
    """

    def __init__(self, message: str, faults: Sequence[str] = (), **params: Any) -> None:
        super().__init__(listed(message, faults), faults=list(faults), **params)
        self.faults = tuple(faults)


class Unauthenticated(GoldspanError):
    """No key or password was given, or it is not known."""


class Forbidden(GoldspanError):
    """The user is known but may not do this."""


class PasswordChangeRequired(Forbidden):
    """The user signed in with a password that somebody else has set, and must choose one first."""


class CrossSite(Forbidden):
    """A browser sent this with its session, but not provably from this server's own page."""


class UnknownHost(GoldspanError):
    """The request's Host header names something that this server does not go by."""


class NotFound(GoldspanError):
    """No such thing, or none that this user may see."""


class Conflict(GoldspanError):
    """It exists already, or its present state forbids the change."""


class PreconditionFailed(GoldspanError):
    """It has changed since the caller last saw it, so the change was not made."""


class TooLarge(GoldspanError):
    """A request's body is larger than the server accepts."""


class TooManyRequests(GoldspanError):
    """This was tried too often.

    Args:
        message: what was tried, and how often it may be.
        retry_after_s: after so many seconds it may be tried again.
    """

    def __init__(self, message: str, retry_after_s: int, **params: Any) -> None:
        super().__init__(message, retry_after_s=retry_after_s, **params)
        self.retry_after_s = retry_after_s


class HomeBusy(GoldspanError):
    """Another process owns the home and cannot be talked to."""


class StorageFailure(GoldspanError):
    """The database cannot be read or written."""


class MissingExtra(GoldspanError):
    """An optional dependency is needed and not installed.

    Args:
        feature: what was asked for.
        extra: the extra of this package that brings it, such as ``train``.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed. "
            f"Install them with: pip install 'goldspan[{extra}]'",
            feature=feature,
            extra=extra,
        )


class ServerUnreachable(GoldspanError):
    """The server gave no answer."""


class UnexpectedAnswer(GoldspanError):
    """The server's answer is not one of Goldspan's."""


class TrainingError(GoldspanError):
    """Training cannot start or cannot go on."""


class NothingToTrain(TrainingError):
    """No usable row is left after the checks."""


class UnusableModel(TrainingError):
    """The folder or hub id is not a model that may be loaded."""


class TemplateMismatch(TrainingError):
    """A prompt differs from the template that the checkpoint was trained with."""


class ReferenceMismatch(TrainingError):
    """At the first step of DPO, policy and reference disagree."""


class EndpointFailed(GoldspanError):
    """A model's server gave no answer, or none of the protocol."""


class WebhookFailed(GoldspanError):
    """A webhook's receiver gave no answer, or one that does not say that it has the message."""
