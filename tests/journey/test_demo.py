"""`goldspan demo` from end to end: real server, real SDK, tiny models."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from goldspan.cli import build_app
from goldspan.demo.loop import Demo
from goldspan.demo.options import DemoOptions
from goldspan.demo.world import make_world
from goldspan.sdk import embedded

SMALL = ["--limit", "60", "--evaluate-limit", "20", "--seed", "3"]
# Stops itself at its first checkpoint, so that a signal finds it there, however fast it trains.
STOPPING = """
import os, signal
from goldspan.cli import main
from goldspan.run.folder import RunFolder

write = RunFolder.event

def write_and_stop(folder, kind, **values):
    write(folder, kind, **values)
    if kind == "checkpoint":
        RunFolder.event = write
        os.kill(os.getpid(), signal.SIGSTOP)

RunFolder.event = write_and_stop
main()
"""


@pytest.fixture(scope="module")
def encoder(
    tmp_path_factory: pytest.TempPathFactory, make_span_parts: Callable[..., tuple[Any, Any]]
) -> str:
    """The folder of a tiny encoder without a head."""
    folder = tmp_path_factory.mktemp("encoder")
    texts = [text for one in make_world("train", 6) for text in (one.context, one.question_text)]
    model, tokenizer = make_span_parts(texts, positions=512)
    model.base_model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def goldspan(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), list(arguments), catch_exceptions=False)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def report_of(output: Path) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode((output / "report.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def ended(encoder: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The output folder and the text of a demo that ran to its end."""
    output = tmp_path_factory.mktemp("ended") / "demo output"
    result = goldspan("demo", "--output", str(output), "--model", encoder, *SMALL)
    assert result.exit_code == 0
    return output, result.stdout


def test_the_demo_measures_four_readers_and_says_what_follows(ended: tuple[Path, str]) -> None:
    output, printed = ended
    report = report_of(output)
    names = [one["name"] for one in report["scores"]]
    assert names == ["most frequent answer", "untrained reader", "SFT", "DPO"]
    compared = [(one["first"], one["second"]) for one in report["comparisons"]]
    assert compared == [
        ("untrained reader", "SFT"),
        ("most frequent answer", "SFT"),
        ("SFT", "DPO"),
    ]
    assert report["verdict"] in printed
    assert report["questions"]["held_out"] == 20
    page = (output / "report.html").read_text(encoding="utf-8")
    assert f"{output / 'report.html'}" in printed
    assert all(f"<td>{name}</td>" in page for name in names)
    assert "The annotators are simulated" in page


def test_the_demo_says_that_its_annotators_are_simulated(ended: tuple[Path, str]) -> None:
    output, printed = ended
    assert "The annotators are simulated" in printed
    assert "The annotators are simulated" in report_of(output)["simulated"]
    judged = report_of(output)["stages"]["prefer"]
    assert judged["judged"] == 2 * report_of(output)["stages"]["candidates"]["records"]
    assert 0 < judged["flipped"] < judged["judged"]


def test_preferences_come_from_passages_that_sft_has_not_seen(ended: tuple[Path, str]) -> None:
    output, _ = ended
    runs = output / "home" / "runs"
    sft, dpo = (
        {row["context"] for row in lines_of(runs / run / "data.jsonl")} for run in ("sft", "dpo")
    )
    assert sft
    assert dpo
    assert not sft & dpo


def test_the_printed_question_can_be_asked(ended: tuple[Path, str]) -> None:
    _, printed = ended
    (line,) = [line for line in printed.splitlines() if line.startswith("To ask the reader:")]
    program, *arguments = shlex.split(line.partition(":")[2])
    assert program
    answer = goldspan(*arguments)
    assert answer.exit_code == 0
    assert "score" in answer.stdout


def test_the_same_command_again_keeps_everything(ended: tuple[Path, str], encoder: str) -> None:
    output, printed = ended
    events = (output / "home" / "runs" / "dpo" / "events.jsonl").read_bytes()
    again = goldspan("demo", "--output", str(output), "--model", encoder, *SMALL).stdout
    assert again.count("kept from before") == 8
    assert (output / "home" / "runs" / "dpo" / "events.jsonl").read_bytes() == events
    assert printed.partition("EM")[2] == again.partition("EM")[2]


def wait_until_stopped(program: subprocess.Popen[str]) -> None:
    """Wait until a program has stopped itself; fail if it ends instead, or takes very long."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        changed, status = os.waitpid(program.pid, os.WUNTRACED | os.WNOHANG)
        if changed:
            assert os.WIFSTOPPED(status), os.waitstatus_to_exitcode(status)
            return
        time.sleep(0.02)
    program.kill()
    pytest.fail("it did not stop at a checkpoint")


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_demo_that_was_stopped_while_training_goes_on_there(
    sent: signal.Signals, encoder: str, tmp_path: Path
) -> None:
    arguments = ["demo", "--output", str(tmp_path), "--model", encoder, *SMALL]
    events = tmp_path / "home" / "runs" / "sft" / "events.jsonl"
    with subprocess.Popen(
        [sys.executable, "-c", STOPPING, *arguments], stderr=subprocess.PIPE, text=True
    ) as demo:
        wait_until_stopped(demo)
        assert b'"checkpoint"' in events.read_bytes()
        demo.send_signal(sent)
        demo.send_signal(signal.SIGCONT)
        _, errors = demo.communicate()
    if sent == signal.SIGINT:
        assert demo.returncode == 130
        assert "The same command goes on from here" in errors
    assert not (events.parent / "report.json").exists()

    printed = goldspan(*arguments).stdout
    assert printed.count("kept from before") == 3
    starts = [event["step"] for event in lines_of(events) if event["kind"] == "started"]
    assert starts[0] == 0
    assert starts[1] > 0
    assert len(report_of(tmp_path)["scores"]) == 4


def test_a_demo_that_was_stopped_between_stages_goes_on_there(encoder: str, tmp_path: Path) -> None:
    options = DemoOptions(
        home=tmp_path / "home", output=tmp_path, model=encoder, limit=20, evaluate_limit=10
    )
    stopped_at: list[str] = []

    def stop(line: str) -> None:
        stopped_at.append(line)
        if line.startswith("[3/8]"):
            raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            Demo(options, say=stop).run()
        said: list[str] = []
        Demo(options, say=said.append).run()
    finally:
        embedded.stop()
    assert [line[:5] for line in said if "kept from before" in line] == ["[1/8]", "[2/8]"]


def test_the_generative_reader_goes_the_same_way(tmp_path: Path) -> None:
    result = goldspan("demo", "--output", str(tmp_path), "--reader", "generative", *SMALL)
    assert result.exit_code == 0
    names = [one["name"] for one in report_of(tmp_path)["scores"]]
    assert names == ["most frequent answer", "untrained reader", "SFT", "DPO"]
