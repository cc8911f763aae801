"""Runs the conformance suite against `server.py`: first without a defect, then with each defect of `faults.py`.

    python3 run.py --airspec target/release/airspec [--fault 'prompt-*'] [--axis text] [--seed 7]

A defect is killed if the suite exits with 1 and reports at least one failed case. Exit code 0 if the correct server has
no finding, whatever the defects give; 1 if it has one; 2 if the check cannot run. Pillow comes from PyPI, pinned, into
`target/interop-server`.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
KEY = "interop-server-Key"
AT_ONCE = 2


def environment() -> Path:
    """The Python of a virtual environment with the pinned packages."""
    place = ROOT / "target/interop-server"
    python, stamp, wanted = place / "bin/python", place / "requirements.txt", (HERE / "requirements.txt").read_text()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", HERE / "requirements.txt"], check=True)
    stamp.write_text(wanted)
    return python


@contextlib.contextmanager
def server(python: Path, fault: str | None):
    command = [python, HERE / "server.py", "--port", "0"] + (["--fault", fault] if fault else [])
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                             env={**os.environ, "RUNWARE_API_KEY": KEY})
    try:
        url = child.stdout.readline().strip()
        if not url:
            raise RuntimeError("the server does not start")
        yield url
    finally:
        child.kill()
        child.wait()


def tried(arguments: argparse.Namespace, python: Path, fault: str | None) -> tuple[str, int, str, float]:
    """The outcome, the number of failed cases, the first of them, and the seconds."""
    began = time.monotonic()
    with server(python, fault) as url:
        command = [arguments.airspec, "conformance", "--target", url, "--seed", str(arguments.seed), *arguments.more]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=arguments.limit, env={**os.environ, "RUNWARE_API_KEY": KEY})
        except subprocess.TimeoutExpired:
            return "time-out", 0, "", time.monotonic() - began
    failed = re.search(r"^\d+ cases: .*?(\d+) failed", done.stdout, re.M)
    count = int(failed[1]) if failed else 0
    first = re.search(r"^\s+first: (\S+)|^✗ .*?: (\S+\.\S+)", done.stdout, re.M)
    outcome = "killed" if done.returncode == 1 and count else "survived" if done.returncode in (0, 1) else "incomplete"
    if fault is None and outcome != "survived":
        print(done.stdout)
    return outcome, count, (first[1] or first[2]) if first else "", time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airspec", type=Path, required=True, help="the program to try")
    parser.add_argument("--fault", metavar="GLOB", default="*", help="only these defects")
    parser.add_argument("--axis", help="only defects of this axis")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limit", type=float, default=120, help="seconds for each defect")
    parser.add_argument("more", nargs="*", help="further arguments of `airspec conformance`, after --")
    arguments = parser.parse_args()
    arguments.airspec = arguments.airspec.resolve()
    python = environment()
    clean = tried(arguments, python, None)
    print(f"correct server: {'no finding' if clean[0] == 'survived' and not clean[1] else clean[0]}, {clean[3]:.1f} s", flush=True)
    chosen = [(axis, name) for axis, name, _ in faults.each()
              if fnmatch.fnmatch(name, arguments.fault) and arguments.axis in (None, axis)]
    totals: Counter[tuple[str, str]] = Counter()
    lock = threading.Lock()

    def one(pair: tuple[str, str]) -> None:
        axis, name = pair
        outcome, count, first, seconds = tried(arguments, python, name)
        with lock:
            totals[axis, outcome] += 1
            print(f"{axis:10} {name:44} {outcome:10} {count:4} {seconds:6.1f} s  {first}", flush=True)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, chosen))
    outcomes = ["killed", "survived", "incomplete", "time-out"]
    print(f"\n{'axis':10} " + " ".join(f"{o:>10}" for o in outcomes))
    for axis in dict.fromkeys(axis for axis, _ in chosen):
        print(f"{axis:10} " + " ".join(f"{totals[axis, o]:10}" for o in outcomes))
    print(f"{'all':10} " + " ".join(f"{sum(n for (_, p), n in totals.items() if p == o):10}" for o in outcomes))
    return 0 if clean[0] == "survived" and not clean[1] else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"cannot run: {error}", file=sys.stderr)
        sys.exit(2)
