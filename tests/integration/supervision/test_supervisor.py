"""Real child processes: started in order, restarted, drained, killed, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from docai.errors import ConfigurationError
from docai.supervision.child import ChildSpec, ChildState, ChildStatus, RestartPolicy
from docai.supervision.supervisor import Supervisor

QUICK = RestartPolicy(first_s=0.05, longest_s=0.2, healthy_s=30)
SLEEPER = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
DRAINING = """
import signal, sys, time
def drain(*_):
    time.sleep(0.3); print("drained", time.monotonic(), flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, drain); print("up", flush=True); time.sleep(60)
"""


class Log:
    """What the children wrote, and the states they came into."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.states: list[tuple[str, ChildState]] = []

    def line(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def change(self, status: ChildStatus) -> None:
        self.states.append((status.name, status.state))

    def said(self, name: str, start: str) -> Callable[[], bool]:
        return lambda: any(whose == name and line.startswith(start) for whose, line in self.lines)


@pytest.fixture
def log() -> Log:
    return Log()


def _spec(name: str, code: str = SLEEPER, *arguments: str, **others: object) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-I", "-S", "-c", code, *arguments), {"PATH": "/usr/bin"}, **others)  # type: ignore[arg-type]


def _supervisor(log: Log, *specs: ChildSpec) -> Supervisor:
    return Supervisor(specs, on_line=log.line, on_change=log.change, policy=QUICK)


def _later(seconds: float, number: signal.Signals = signal.SIGTERM) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), number)).start()


def _until(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_starts_when_those_it_needs_are_ready_and_ends_before_them(log: Log, tmp_path: Path) -> None:
    opened = "import sys, time, pathlib; time.sleep(0.3); pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    mark = tmp_path / "mark"
    first = _spec("first", opened, str(mark), ready=mark.exists)
    seen = f"import pathlib; print(pathlib.Path({str(mark)!r}).exists(), flush=True);"
    second = _spec("second", seen + DRAINING, after=("first",), ready=log.said("second", "up"))
    with _supervisor(log, first, second) as supervisor:
        assert supervisor.wait_ready()
        assert log.lines[0] == ("second", "True")
        pids = [status.pid for status in supervisor.statuses()]
    assert all(pid is not None and _is_gone(pid) for pid in pids)
    assert log.said("second", "drained")()
    assert [entry for entry in log.states if entry[1] is ChildState.READY] == [
        ("first", ChildState.READY),
        ("second", ChildState.READY),
    ]
    assert log.states.index(("second", ChildState.STOPPED)) < log.states.index(("first", ChildState.STOPPING))


def test_a_killed_child_is_started_again_and_the_others_are_left_alone(log: Log) -> None:
    with _supervisor(log, _spec("one"), _spec("other")) as supervisor:
        assert supervisor.wait_ready()
        one, other = supervisor.statuses()
        assert one.pid is not None
        os.kill(one.pid, signal.SIGKILL)
        _later(0.6)
        supervisor.run()
        new_one, same_other = supervisor.statuses()
    assert (new_one.state, new_one.n_restarts, new_one.exit_code) == (ChildState.READY, 1, -signal.SIGKILL)
    assert new_one.pid != one.pid
    assert (same_other.pid, same_other.n_restarts) == (other.pid, 0)
    assert ("one", ChildState.RESTARTING) in log.states


def test_the_pauses_double_up_to_the_longest() -> None:
    pauses = [RestartPolicy().pause_s(n) for n in range(1, 9)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert RestartPolicy().pause_s(10**6) == 10.0


def test_a_long_life_makes_the_next_end_the_first(log: Log) -> None:
    code = "import time; print('up', flush=True); time.sleep(0.3)"
    policy = RestartPolicy(first_s=0.1, longest_s=60, healthy_s=0.2)
    with Supervisor([_spec("short", code)], on_line=log.line, policy=policy) as supervisor:
        _later(3)
        supervisor.run()
        assert supervisor.statuses()[0].n_restarts >= 4, "pauses of 0.1, 0.2, 0.4, 0.8 s would have allowed three"


def test_a_signal_drains_and_run_returns(log: Log) -> None:
    with _supervisor(log, _spec("worker", DRAINING, ready=log.said("worker", "up"))) as supervisor:
        assert supervisor.wait_ready()
        _later(0.1)
        supervisor.run()
        assert supervisor.is_stopping
    assert log.said("worker", "drained")()
    (status,) = supervisor.statuses()
    assert (status.state, status.pid, status.exit_code) == (ChildState.STOPPED, None, 0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_children_that_do_not_need_one_another_drain_side_by_side(log: Log) -> None:
    names = ("a", "b", "c", "d")
    with _supervisor(log, *(_spec(name, DRAINING, ready=log.said(name, "up")) for name in names)) as supervisor:
        assert supervisor.wait_ready()
        start = time.monotonic()
    assert time.monotonic() - start < 0.3 * len(names)
    assert all(log.said(name, "drained")() for name in names)


def test_a_child_that_does_not_listen_is_killed_when_its_grace_is_over(log: Log) -> None:
    spec = _spec("deaf", STUBBORN, ready=log.said("deaf", "deaf"), grace_s=0.4)
    with _supervisor(log, spec) as supervisor:
        assert supervisor.wait_ready()
        start = time.monotonic()
    assert 0.4 <= time.monotonic() - start < 2
    assert supervisor.statuses()[0].exit_code == -signal.SIGKILL


def test_a_second_interrupt_kills_at_once_and_twins_of_the_first_do_not(log: Log) -> None:
    spec = _spec("deaf", STUBBORN, ready=log.said("deaf", "deaf"), grace_s=60)
    with _supervisor(log, spec) as supervisor:
        assert supervisor.wait_ready()
        for seconds in (0.05, 0.15, 1.0):
            _later(seconds, signal.SIGINT)
        start = time.monotonic()
        supervisor.run()
    assert 0.9 <= time.monotonic() - start < 3
    assert supervisor.statuses()[0].exit_code == -signal.SIGKILL


def test_a_signal_during_the_start_ends_it(log: Log) -> None:
    with _supervisor(log, _spec("slow", ready=lambda: False), _spec("never", after=("slow",))) as supervisor:
        _later(0.2)
        assert not supervisor.wait_ready()
    assert ("never", ChildState.STARTING) not in log.states
    assert ("never", ChildState.STOPPED) in log.states


def test_a_child_that_never_comes_up_is_reported_with_its_last_words(log: Log) -> None:
    broken = _spec("api", "import sys; sys.exit('the port is taken')", ready=lambda: False)
    with (
        pytest.raises(
            ConfigurationError, match=r"(?s)api does not come up: it ended 3 times.*code 1.*:\nthe port is taken$"
        ),
        _supervisor(log, _spec("fine"), broken) as supervisor,
    ):
        supervisor.wait_ready()
    assert [status.state for status in supervisor.statuses()] == [ChildState.STOPPED] * 2


def test_a_program_that_is_not_there_is_reported(log: Log) -> None:
    missing = ChildSpec("missing", ("/no/such/program",), {}, ready=lambda: False)
    with (
        pytest.raises(ConfigurationError, match="cannot run /no/such/program: No such file"),
        _supervisor(log, missing) as supervisor,
    ):
        supervisor.wait_ready()


def test_a_child_that_is_never_ready_is_given_up(log: Log) -> None:
    def refused() -> bool:
        raise ConnectionRefusedError

    with (
        pytest.raises(ConfigurationError, match="shy does not come up: it is not ready after 0 s"),
        _supervisor(log, _spec("shy", ready=refused)) as supervisor,
    ):
        supervisor.wait_ready(timeout_s=0.3)


def test_a_child_that_is_not_waited_for_may_come_up_later(log: Log) -> None:
    late = _spec("late", ready=lambda: False)
    with _supervisor(log, _spec("prompt"), late) as supervisor:
        assert supervisor.wait_ready(without=["late"])
        assert [status.state for status in supervisor.statuses()] == [ChildState.READY, ChildState.STARTING]


def test_a_machine_without_room_for_a_process_is_asked_again(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[float] = []

    class Crowded(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            started.append(time.monotonic())
            if len(started) < 3:
                raise BlockingIOError("Resource temporarily unavailable")
            super().__init__(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Crowded)
    with _supervisor(log, _spec("child")) as supervisor:
        assert supervisor.wait_ready()
        assert supervisor.statuses()[0].n_restarts == 2
    assert len(started) == 3


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys; from docai.supervision.child import ChildSpec\n"
        "from docai.supervision.supervisor import Supervisor\n"
        "specs = [ChildSpec(n, (sys.executable, '-c', 'import time; time.sleep(60)'), {}) for n in 'abc']\n"
        "with Supervisor(specs, on_line=print) as supervisor:\n"
        "    supervisor.wait_ready(); print(*(s.pid for s in supervisor.statuses()), flush=True); supervisor.run()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == 3
        assert not any(_is_gone(pid) for pid in pids)
        owner.kill()
    _until(lambda: all(_is_gone(pid) for pid in pids))


def test_what_a_child_has_started_goes_with_it(log: Log) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with _supervisor(log, _spec("parent", code, ready=log.said("parent", ""))) as supervisor:
        assert supervisor.wait_ready()
        grandchild = int(log.lines[0][1])
        assert not _is_gone(grandchild)
    _until(lambda: _is_gone(grandchild))


def test_ctrl_c_in_the_terminal_does_not_reach_the_children(log: Log) -> None:
    with _supervisor(log, _spec("child")) as supervisor:
        assert supervisor.wait_ready()
        pid = supervisor.statuses()[0].pid
        assert pid is not None
        assert os.getsid(pid) == pid


def test_a_flood_without_a_line_end_neither_blocks_nor_is_lost(log: Log) -> None:
    code = "import sys, time; sys.stderr.write('x' * 3_000_000 + '\\n'); print('done', flush=True); time.sleep(60)"
    with _supervisor(log, _spec("flood", code, ready=log.said("flood", "done"))) as supervisor:
        assert supervisor.wait_ready()
    assert sum(line.count("x") for _, line in log.lines) == 3_000_000
    assert max(len(line) for _, line in log.lines) <= 16 << 10


def test_secrets_go_by_the_environment_alone(log: Log) -> None:
    code = "import os, time; print(os.environ['SECRET'], sorted(os.environ), flush=True); time.sleep(60)"
    spec = ChildSpec("child", (sys.executable, "-I", "-S", "-c", code), {"SECRET": "s3cret"}, log.said("child", "s3"))
    with _supervisor(log, spec) as supervisor:
        assert supervisor.wait_ready()
        assert "s3cret" not in " ".join(psutil.Process(supervisor.statuses()[0].pid).cmdline())
    assert "HOME" not in log.lines[0][1]


def test_a_chore_is_done_while_the_children_run(log: Log) -> None:
    done: list[float] = []
    with _supervisor(log, _spec("child")) as supervisor:
        _later(0.5)
        supervisor.run(chore=lambda: done.append(time.monotonic()))
    assert len(done) >= 3


def test_names_must_be_unique_and_needs_must_come_first() -> None:
    with pytest.raises(ValueError, match="'b'"):
        Supervisor([_spec("b", after=("a",)), _spec("a")], on_line=print)
    with pytest.raises(ValueError, match="'a'"):
        Supervisor([_spec("a"), _spec("a")], on_line=print)
