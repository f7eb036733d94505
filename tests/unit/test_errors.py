"""What every error can do."""

from goldspan.client.transport import rebuild
from goldspan.errors import InvalidFile, Remedy
from goldspan.server.error_map import error_detail

SKIP = Remedy(gain="to go on without them", parameter="on_fault", value="skip")


def test_python_is_told_a_remedy_as_an_argument() -> None:
    error = InvalidFile("f.csv has faults:", ["line 2: empty"], remedies=[SKIP])
    assert (
        str(error) == "f.csv has faults:\n  line 2: empty\nto go on without them: on_fault='skip'"
    )


def test_a_remedy_passes_through_http_and_is_told_once() -> None:
    error = InvalidFile("f.csv has faults:", ["line 2: empty"], remedies=[SKIP])
    rebuilt = rebuild(error_detail(error))
    assert rebuilt is not None
    assert rebuilt.remedies == [SKIP]
    assert str(rebuilt) == str(error)
