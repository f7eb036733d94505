"""A real server in a thread on a fresh home, and people who use it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from goldspan.sdk import embedded
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session, connect
from goldspan.sdk.user import User
from goldspan.sdk.workspace import Workspace

NUMBERS = count()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("home")
    embedded.stop()


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Session]:
    """The owner of one server for all tests of a module."""
    session = connect(home=home)
    yield session
    session.close()


@pytest.fixture
def owner(server: Session) -> Session:
    """The owner, in a workspace of the test's own."""
    name = f"w{next(NUMBERS)}"
    Workspace.create(name, session=server)
    return Session(server.client, name)


@pytest.fixture
def join(owner: Session) -> Iterator[Callable[[str], Session]]:
    """Let a new annotator of the test's workspace sign in."""
    signed_in: list[Session] = []

    def sign_in(name: str) -> Session:
        workspace = owner.workspace().name
        user = User.create(f"{name}.{workspace}", workspaces=[workspace], session=owner)
        signed_in.append(connect(owner.api_url, user.api_key, workspace))
        return signed_in[-1]

    yield sign_in
    for session in signed_in:
        session.close()


@pytest.fixture
def pushed(owner: Session) -> RemoteFeedbackDataset:
    """Three questions on the server, q0 to q2."""
    local = FeedbackDataset.for_question_answering()
    local.add_records(
        [
            FeedbackRecord(
                fields={"question": f"Where is {at}?", "context": f"Paris {at}"},
                metadata={"n": at},
                external_id=f"q{at}",
            )
            for at in range(3)
        ]
    )
    return local.push("questions", session=owner, show_progress=False)
