"""A server's process: started, watched, stopped."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_TIMEOUT_S = 600.0


class Server:
    """A process that serves HTTP on this machine.

    Args:
        command: starts it.
        environment: replaces the process's.
        port: where it will answer.
        health: a path that answers 200 as soon as it serves.
        log: the file that its output goes to.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        port: int,
        health: str,
        log: Path,
    ) -> None:
        self.port = port
        self._log = log
        began = time.perf_counter()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, env=dict(environment), stdout=output, stderr=output
            )
        self.pid = self._process.pid
        while not self._answers(health):
            if self._process.poll() is not None or time.perf_counter() - began > START_TIMEOUT_S:
                self.stop()
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.01)
        self.start_s = time.perf_counter() - began

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30):
                return True
        except (urllib.error.URLError, OSError):
            return False

    @property
    def cpu_s(self) -> float:
        """CPU seconds that it has used."""
        parts = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(parts[11]) + int(parts[12])) / TICKS

    @property
    def memory_mb(self) -> float:
        """Memory that it holds, resident, in 10^6 bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """End it, and wait until it has."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
