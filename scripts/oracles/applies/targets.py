"""What the oracles about applies share: the program under test, the samples, and how a Windows stands."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import threading
from pathlib import Path

ALLOW = ["--allow-plain", "--accept-unsigned", "test"]
BOB = ["--user", "bob", "--map-user", "AliceExample=bob"]
# What ends a program that has a bug: a panic, an abort, a signal.
CRASHES = {101, 134, 139}
HIVES = {"ntuser.dat", "usrclass.dat", "software", "system", "default"}
LOGS = (".log1", ".log2", ".log")
WBO_FOLDER = "ProgramData/wbo"


class Failed(Exception):
    """What an oracle found wrong."""


def memory():
    """Where files cost no writing to a disk, if there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def need(command):
    """The command is there, which scripts/check sees to; else nothing can be checked."""
    if not shutil.which(command):
        skip(f"{command} is not here; scripts/check oracles installs it")


def skip(reason):
    """Ends an oracle that cannot run here; with CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        raise SystemExit(f"{reason} (and with CI=true nothing is skipped)")
    print(f"!!!! SKIPPED: {reason} !!!!")
    raise SystemExit(0)


class Said:
    """How a command ended, and what it said."""

    def __init__(self, done, command):
        self.code = done.returncode
        self.out = done.stdout.decode(errors="replace")
        self.err = done.stderr.decode(errors="replace")
        self.command = command

    def message(self):
        """What was said on standard error, in one line."""
        lines = [line for line in self.err.splitlines() if line and not line.startswith("wbo: ")]
        return " / ".join(lines)[:1000]

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"'{' '.join(self.command)}' ended with {self.code}: {self.message()}"


class Wbo:
    """The program under test."""

    def __init__(self, path):
        self.path = str(Path(path).resolve())
        self.dumps = {}
        self.lock = threading.Lock()

    def run(self, *arguments, codes=(0,), around=(), timeout=300, **options):
        command = [*map(str, around), self.path, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout, **options)
        said = Said(done, ["wbo", *map(str, arguments)])
        if codes is not None and said.code not in codes:
            raise Failed(str(said))
        return said

    def dump(self, hive):
        """The tree of a hive with its logs, without its times, as a digest."""
        logs = [hive.with_name(hive.name + suffix) for suffix in (".LOG1", ".LOG2")]
        key = hashlib.sha256()
        for file in [hive, *logs]:
            data = file.read_bytes() if file.exists() else b""
            key.update(len(data).to_bytes(8, "little") + data)
        key = key.digest()
        with self.lock:
            known = self.dumps.get(key)
        if known is None:
            lines = self.run("hive", "dump", hive).out.splitlines()
            keys = [json.loads(line) for line in lines]
            for one in keys:
                del one["written"]
                one["values"].sort(key=str)
            keys.sort(key=lambda one: str(one["key"]))
            known = hashlib.sha256(json.dumps(keys).encode()).hexdigest()
            with self.lock:
                self.dumps[key] = known
        return known


def samples(wbo, folder):
    """The sample images, and a profile of somebody of the one for somebody of the other."""
    images = folder / "images"
    wbo.run("demo", "--images", images)
    profile = folder / "alice.wbo"
    wbo.run("capture", images / "windows-11", "--user", "AliceExample", "--plain", "--out", profile)
    return images / "windows-10", profile


def copy(image, to):
    subprocess.run(["cp", "--archive", "--reflink=auto", "--", str(image), str(to)], check=True)
    return to


def standing(wbo, image):
    """How everything is, but the folder of wbo and the times of what is changed in place."""
    found = {}
    for path in sorted(image.rglob("*")):
        name = path.relative_to(image).as_posix()
        if name == WBO_FOLDER or name.startswith(WBO_FOLDER + "/"):
            continue
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode):
            found[name] = f"a link to {os.readlink(path)}"
        elif stat.S_ISDIR(facts.st_mode):
            found[name] = f"a folder {facts.st_mode:o}"
        elif path.name.lower().endswith(LOGS):
            found[name] = f"a log {facts.st_mode:o}"
        elif path.name.lower() in HIVES:
            found[name] = f"a hive {facts.st_mode:o} {wbo.dump(path)}"
        else:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            found[name] = f"a file {facts.st_mode:o} of {int(facts.st_mtime)} {digest}"
    return found


def without_empty_folders(found):
    """An undo leaves the folders that were made for files."""
    return {name: what for name, what in found.items() if not what.startswith("a folder")}


def differences(one, other):
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    return "; ".join(f"{name}: {one.get(name)} and {other.get(name)}" for name in names[:8])


def every_file(folder):
    """Every name below a folder with all that can be seen of it: nothing was touched where this stays the same."""
    found = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        what = (facts.st_mode, facts.st_mtime_ns, facts.st_size)
        if stat.S_ISREG(facts.st_mode):
            what += (hashlib.sha256(path.read_bytes()).hexdigest(),)
        elif stat.S_ISLNK(facts.st_mode):
            what += (os.readlink(path),)
        found[path.relative_to(folder).as_posix()] = what
    return found


def left_by_wbo(image):
    """What is in the folder of wbo beside records and receipts, and temporary names anywhere."""
    left = [path.relative_to(image).as_posix() for path in image.rglob(".wbo-*")]
    journals = image / WBO_FOLDER / "journal"
    if journals.is_dir():
        left += [f"{WBO_FOLDER}/journal/{path.name}" for path in journals.iterdir()]
    return sorted(left)


def records(image):
    folder = image / WBO_FOLDER
    return sorted(folder.glob("*/undo.wbo")) if folder.is_dir() else []
