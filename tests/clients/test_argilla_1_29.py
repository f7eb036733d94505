"""What Argilla's client 1.29 finds when it works against Goldspan."""

import pytest
from tests.clients.conftest import facts_of, run_script

SCRIPT = "argilla_1_29.py"


@pytest.fixture(scope="module")
def outcome(url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    return run_script(SCRIPT, "1.29", url, tmp_path_factory.mktemp("client"))


@pytest.mark.parametrize("fact", facts_of(SCRIPT))
def test_fact(outcome: dict[str, str | None], fact: str) -> None:
    assert outcome[fact] is None, outcome[fact]
