"""Finding, starting and refusing servers."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from goldspan.errors import Conflict, NotFound, Unauthenticated
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.session import Session, connect
from goldspan.sdk.user import User
from goldspan.sdk.workspace import Workspace


def test_a_second_session_on_a_home_shares_its_server(server: Session, home: Path) -> None:
    with closing(connect(home=home)) as second:
        assert second.api_url == server.api_url


def test_a_fresh_home_belongs_to_an_owner_who_has_no_workspace_yet(tmp_path: Path) -> None:
    with closing(connect(home=tmp_path / "fresh")) as session:
        assert (session.user.username, session.user.role) == ("owner", "owner")
        with pytest.raises(NotFound, match=r"no workspace .*goldspan\.Workspace\.create"):
            session.workspace()


def test_a_workspace_that_does_not_exist_is_refused_with_what_to_do(home: Path) -> None:
    with pytest.raises(NotFound, match=r"'nowhere' .*Workspace\.create\('nowhere'\)"):
        connect(home=home, workspace="nowhere")


def test_a_wrong_key_is_refused(server: Session) -> None:
    with pytest.raises(Unauthenticated):
        connect(server.api_url, "not-a-key-of-anybody")


def test_an_address_needs_a_key(server: Session) -> None:
    with pytest.raises(Unauthenticated, match="to sign in: api_key="):
        connect(server.api_url)


def test_users_and_workspaces_come_and_go(owner: Session) -> None:
    workspace = Workspace.from_name(owner.workspace().name, session=owner)
    user = User.create("ann.comes", password="long enough", session=owner)
    workspace.add_user(user.id)
    assert [one.username for one in workspace.users] == ["ann.comes"]
    with closing(connect(owner.api_url, user.api_key)) as own:
        assert User.me(session=own).id == user.id
    workspace.delete_user(user)
    assert workspace.users == []
    user.delete()
    with pytest.raises(NotFound, match=r"no user 'ann\.comes'"):
        User.from_name("ann.comes", session=owner)
    workspace.delete()
    assert workspace.id not in [one.id for one in Workspace.list(session=owner)]


def test_a_workspace_is_found_by_id_and_its_name_is_taken(owner: Session) -> None:
    name = owner.workspace().name
    assert Workspace.from_id(owner.workspace().id, session=owner).name == name
    with pytest.raises(Conflict):
        Workspace.create(name, session=owner)


def test_a_home_that_another_process_serves_is_used_through_it(tmp_path: Path) -> None:
    program = (
        "import sys, goldspan as rg\n"
        "session = rg.init(home=sys.argv[1])\n"
        "rg.Workspace.create('theirs')\n"
        "print(session.api_url, flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        url = other.stdout.readline().strip()
        session = connect(home=tmp_path, workspace="theirs")
        assert session.api_url == url
        Workspace.create("ours", session=session)
        session.close()
    # The other process has ended, so this one serves the home now, with what both did.
    session = connect(home=tmp_path)
    assert session.api_url != url
    assert {one.name for one in Workspace.list(session=session)} == {"theirs", "ours"}
    session.close()


def test_what_was_pushed_survives_a_kill_of_the_process(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, signal, sys
        import goldspan as rg
        rg.init(home=sys.argv[1])
        rg.Workspace.create("w")
        dataset = rg.FeedbackDataset.for_question_answering()
        fields = {"question": "Where?", "context": "In Paris."}
        dataset.add_records([rg.FeedbackRecord(fields) for _ in range(1000)])
        remote = dataset.push("kept", show_progress=False)
        next(iter(remote)).submit({"answer": "Paris"})
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=os.environ)
    assert done.returncode == -signal.SIGKILL
    with connect(home=tmp_path) as session:
        kept = FeedbackDataset.from_argilla("kept", session=session)
        assert len(kept) == 1000
        assert len(kept.filter_by(response_status="submitted")) == 1
