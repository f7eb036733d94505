"""A home has one owner at a time, and loses nothing when the owner is killed."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from goldspan.errors import HomeBusy, StorageFailure
from goldspan.storage.home import Home, Owner
from goldspan.storage.sql_store import SqliteStore

OWN = """
import sys
from pathlib import Path
from goldspan.storage.home import Home
home = Home(Path(sys.argv[1]))
home.acquire().publish("http://127.0.0.1:6900")
print("owned", flush=True)
sys.stdin.read()
"""

# Says each workspace's number only after the store has said that it is written.
WRITE = """
import sys
from pathlib import Path
from goldspan.storage.home import Home
from goldspan.storage.sql_store import SqliteStore
home = Home(Path(sys.argv[1]))
lock = home.acquire()
store = SqliteStore(home.database_path)
for number in range(100_000):
    store.write(lambda unit: unit.workspaces.add(f"w{number}")).result()
    print(number, flush=True)
"""


def start(program: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_second_owner_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    lock = home.acquire()
    lock.publish("http://127.0.0.1:6900")
    with pytest.raises(HomeBusy, match=r"serves it at http://127\.0\.0\.1:6900") as caught:
        Home(home.path).acquire()
    assert caught.value.params["pid"] == os.getpid()
    assert home.owner() == Owner(os.getpid(), "http://127.0.0.1:6900")
    lock.release()
    assert home.owner() is None
    home.acquire().release()


def test_looking_for_an_owner_makes_nothing(tmp_path: Path) -> None:
    assert Home(tmp_path / "none").owner() is None
    assert list(tmp_path.iterdir()) == []


def test_a_killed_owner_leaves_the_home_free(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with start(OWN, home.path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "owned\n"
        assert home.owner() == Owner(process.pid, "http://127.0.0.1:6900")
        process.send_signal(signal.SIGKILL)
    assert home.owner() is None
    home.acquire().release()


def test_no_acknowledged_write_is_lost_when_the_owner_is_killed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with start(WRITE, home.path) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        said += [int(line) for line in process.stdout]
    lock = home.acquire()
    store = SqliteStore(home.database_path)
    with store.read() as unit:
        kept = [workspace.name for workspace in unit.workspaces.all()]
    store.close()
    lock.release()
    # The one after the last that was acknowledged may have been on disk already.
    assert kept[: len(said)] == [f"w{number}" for number in said]
    assert len(kept) <= len(said) + 1


def test_a_home_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailure, match="Set GOLDSPAN_HOME"):
        Home(tmp_path / "file" / "home").acquire()


def test_a_home_that_is_a_file_is_an_error_to_whoever_looks_for_its_owner(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailure, match="Set GOLDSPAN_HOME"):
        Home(tmp_path / "file").owner()


def test_the_owners_key_is_readable_by_its_user_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.read_owner_key() is None
    home.write_owner_key("gs_one_1")
    home.write_owner_key("gs_two_2")
    assert home.read_owner_key() == "gs_two_2"
    assert stat.S_IMODE((tmp_path / "owner.key").stat().st_mode) == 0o600
