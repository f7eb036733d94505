"""Shapes may be decoded by many threads at once, from the first time on."""

import subprocess
import sys

MANY_AT_ONCE = """
import sys, threading
import goldspan.server.app
import msgspec
from goldspan.run.folder import RunSpec
from goldspan.services.import_rows import Passed
from goldspan.wire.record import RecordsCreate
from goldspan.wire.shapes import ready_shapes

ready_shapes(RunSpec, Passed)
sys.setswitchinterval(1e-6)
body = b'{"items": [{"fields": {"question": "who?"}, "suggestions": []}]}'
together = threading.Barrier(8)

def decode():
    together.wait()
    for _ in range(20):
        assert len(msgspec.json.decode(body, type=RecordsCreate).items) == 1

threads = [threading.Thread(target=decode) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("decoded")
"""


def test_many_threads_may_decode_a_shape_that_none_has_decoded_before() -> None:
    for _ in range(3):
        command = [sys.executable, "-c", MANY_AT_ONCE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stdout) == (0, "decoded\n"), done.stderr
