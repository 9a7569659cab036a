"""What the oracles about hives share: the program under test, the environment of the readers, and the hives."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import readers
import structure
import trees

ROOT = Path(__file__).resolve().parents[3]
HIVES = ROOT.parent / "shared" / "hives"
MODULES = ["pyregf", "regipy", "Registry"]


class Failed(Exception):
    """What an oracle found wrong."""


def enter_environment():
    """Starts again with the Python that has the readers, which scripts/check makes."""
    if all(importlib.util.find_spec(name) for name in MODULES):
        return
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
    python = target / "check" / "hive-readers" / "bin" / "python"
    if sys.executable == str(python) or not python.exists():
        sys.exit(f"{Path(sys.argv[0]).name}: {python} has not {', '.join(MODULES)}; scripts/check oracles makes it")
    os.execv(python, [str(python), *sys.argv])


def corpus():
    """The hives of ../shared/hives with what its manifest says; none where it is not there, and says so loudly."""
    if not HIVES.is_dir():
        print("!!!! SKIPPED: the folder ../shared/hives is not here, so NO REAL HIVE WAS READ !!!!")
        return []
    return json.loads((HIVES / "manifest.json").read_text())


def copy_of(name, folder):
    """A copy of a hive of the corpus with its logs, named as Windows names them."""
    for log in ("LOG1", "LOG2"):
        if (HIVES / name / log).exists():
            shutil.copyfile(HIVES / name / log, folder / f"hive.{log}")
    return Path(shutil.copyfile(HIVES / name / "hive", folder / "hive"))


class Wbo:
    """The program under test."""

    def __init__(self, path):
        self.path = str(Path(path).resolve())

    def run(self, *arguments, codes=(0,), timeout=600):
        command = [self.path, "hive", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout)
        if done.returncode not in codes:
            said = done.stderr.decode(errors="replace").strip()[-2000:]
            raise Failed(f"'wbo hive {' '.join(map(str, arguments))}' ended with {done.returncode}: {said}")
        return done

    def dump(self, hive, *options, codes=(0,)):
        """The tree of a hive with its data, what was said on standard error, and the seconds that it took."""
        started = time.monotonic()
        done = self.run("dump", hive, "--data", *options, codes=codes)
        seconds = time.monotonic() - started
        return trees.read_json_lines(done.stdout.splitlines()), done.stderr.decode(errors="replace"), seconds


def in_parallel(work, items):
    """Runs work(item) for each in processes of their own; it gives lines to print, and what it raises fails the oracle
    after all others ran."""
    failed = 0
    with ProcessPoolExecutor() as pool:
        for item, future in [(item, pool.submit(work, item)) for item in items]:
            try:
                lines = future.result()
            except Exception as failure:  # Whatever it is, the others are heard first.
                kind = "" if isinstance(failure, Failed) else f"{type(failure).__name__}: "
                lines = [f"FAILED: {item if isinstance(item, str) else item['name']}: {kind}{failure}"]
                failed += 1
            print("\n".join(lines), flush=True)
    return failed


def must_agree(comparison, what):
    if comparison.differences:
        shown = "\n".join(map(str, comparison.differences[:20]))
        raise Failed(f"{what}: {len(comparison.differences)} differences of {comparison}\n{shown}")
    return str(comparison)


def must_be_sound(hive):
    """The structure of a hive, which is as Windows makes it."""
    try:
        return structure.check(Path(hive).read_bytes())
    except structure.Wrong as wrong:
        raise Failed(f"the structure: {wrong}") from wrong


def ask_readers(every, hive, expected, refusals):
    """Each reader agrees with the tree, or is known not to be able to. Gives a line for each."""
    for reader in every:
        reason = reader.cannot(expected)
        if reason is None:
            try:
                yield f"    {reader.name}: {must_agree(reader.compare(hive, expected), reader.name)}"
                continue
            except readers.Unreadable as error:
                reason = refusals.get(reader.name)
                if reason is None:
                    raise Failed(f"{reader.name} does not read it: {error}") from error
        yield f"    {reader.name}: NOT ASKED, {reason}"
