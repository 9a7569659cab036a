"""What is on the disk of a Windows, as others than wbo read it: every hive as it is once its logs are applied, who may
do what with its keys, and every other file by its bytes."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import readers
import structure
import trees
from images import CONFIG, USRCLASS
from judging import Failed

# Where wbo keeps what it needs later. Nothing else is its own.
OWN = "ProgramData/wbo"
# Where it does so if there is no more of the Windows than a user's folder.
OWN_OF_USER = "/AppData/Local/wbo"
# The folder around it, which an image may lack.
AROUND = "ProgramData"
LOGS = (".LOG1", ".LOG2")


class Hive(NamedTuple):
    """A hive at a time."""

    # Keys with values and times, by hivex.
    tree: dict
    # Owner, group and access lists of each key as reglookup prints them, by the path that it prints.
    securities: dict
    # What structure.py finds, or why it finds it not to be sound.
    structure: object


class Disk(NamedTuple):
    hives: dict
    # Digests of the files that are neither hives nor logs.
    files: dict
    folders: set


def hive_places(image, user, machine):
    """The hives that may change, and the place of the registry that each is, the longest first. Of others each byte
    stays."""
    places = [(("HKCU",), f"Users/{user}/NTUSER.DAT")]
    if (image / "Users" / user / USRCLASS).exists():
        places.insert(0, (("HKCU", "Software", "Classes"), f"Users/{user}/{USRCLASS}"))
    if machine:
        places += [(("HKLM", name), f"{CONFIG}/{name}") for name in ("SOFTWARE", "SYSTEM")]
    return places


def read(wbo, image, hives, work):
    """Reads a Windows without changing it; `hives` are the ones that are read as such."""
    found = {hive: read_hive(wbo, image / hive, work) for hive in hives}
    logs = {hive + more for hive in hives for more in LOGS}
    files, folders = {}, set()
    for path in image.rglob("*"):
        name = path.relative_to(image).as_posix()
        if name == AROUND or is_own(name) or name in hives or name in logs:
            continue
        if path.is_dir():
            folders.add(name)
        else:
            files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return Disk(found, files, folders)


def is_own(name):
    return f"/{name}/".startswith(f"/{OWN}/") or f"{OWN_OF_USER}/" in f"{name}/"


def read_hive(wbo, hive, work, known={}):
    """Reads a hive, or remembers it where its bytes and those of its logs are known."""
    files = [hive.with_name(hive.name + more) for more in ("", *LOGS)]
    key = tuple(hashlib.sha256(file.read_bytes()).digest() if file.exists() else None for file in files)
    if key not in known:
        known[key] = read_new(completed(wbo, hive, work))
    return known[key]


def read_new(recovered):
    try:
        sound = structure.check(recovered.read_bytes())
    except structure.Wrong as wrong:
        sound = str(wrong)
    tree = {key.path: key for key in readers.Hivex().read(recovered)}
    return Hive(tree, securities(recovered), sound)


def completed(wbo, hive, work):
    """A copy of a hive with what its logs complete. That `wbo hive recover` does this right others judge."""
    copy, out = work / "hive", work / "completed"
    for more in ("", *LOGS):
        copy.with_name(copy.name + more).unlink(missing_ok=True)
        if hive.with_name(hive.name + more).exists():
            shutil.copyfile(hive.with_name(hive.name + more), copy.with_name(copy.name + more))
    out.unlink(missing_ok=True)
    if not is_dirty(copy.read_bytes()):
        return Path(shutil.copyfile(copy, out))
    # One that no log completes is read as it is.
    wbo.run("recover", copy, "--out", out, codes=range(100))
    return out if out.exists() else Path(shutil.copyfile(copy, out))


def is_dirty(data):
    return data[4:8] != data[8:12] or checksum(data) != int.from_bytes(data[508:512], "little")


def checksum(data):
    total = 0
    for at in range(0, 508, 4):
        total ^= int.from_bytes(data[at : at + 4], "little")
    return {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total)


def securities(hive):
    done = subprocess.run(["reglookup", "-H", "-s", "-t", "KEY", str(hive)], capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"reglookup does not read {hive}: {done.stderr.decode(errors='replace')[-500:]}")
    found = {}
    for line in done.stdout.decode("ascii").splitlines():
        path, kind, _, _, owner, group, audit, access, _ = line.split(",")
        if kind == "KEY":
            found[path] = owner, group, audit, access
    return found


def printed(path):
    """The path of a key as reglookup prints it."""
    return "/" + "/".join(map(readers.printed_name, path))


def must_be_found(hive, paths):
    """hivexsh goes to each key by its path, whose letters are those of the other case."""
    lines = [f"cd \\{chr(92).join(map(swapped, path))}\n" for path in paths]
    with tempfile.NamedTemporaryFile() as script:
        Path(script.name).write_text("".join(lines), encoding="utf-8")
        done = subprocess.run(["hivexsh", "-f", script.name, str(hive)], capture_output=True, check=False)
    if done.returncode != 0 or done.stderr:
        raise Failed(f"hivexsh does not find a new key of {hive}: {done.stderr.decode(errors='replace')[:500]}")


def swapped(name):
    return "".join(one.swapcase() if one.isascii() else one for one in name)


def only_names(trees_of):
    """A tree without its times, in an order that says nothing."""
    return [key._replace(written=None) for key in trees.by_name(trees_of.values())]
