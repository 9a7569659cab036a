"""Windows folders that are made of the hives of ../shared/hives, and of the sample images."""

import hashlib
import io
import shutil
import subprocess

from judging import HIVES, Failed

CONFIG = "Windows/System32/config"
USRCLASS = "AppData/Local/Microsoft/Windows/UsrClass.dat"

# Each image made of real hives: its build, and its users with their hives. The names of the folders are those that
# their hives speak of.
REAL = {
    "windows-11": (22621, {"AndrewRathbun": ["win11-rathbun-NTUSER.DAT", "win11-rathbun-UsrClass.dat"]}),
    "windows-10": (
        19045,
        {
            "tony": ["regipy-NTUSER", "libyal-UsrClass"],
            "wsl": ["regipy-NTUSER-WSL"],
            "clean": ["regipy-NTUSER-clean"],
            "default": ["win11-rathbun-DEFAULT-NTUSER"],
        },
    ),
}
SYSTEM = "regipy-SYSTEM-1709"
SAMPLES = {"windows-11": ["alice", "Zoë Ångström"], "windows-10": ["bob", "李雷"]}


def samples(wbo, folder):
    subprocess.run([wbo.path, "demo", "--quiet", "--images", str(folder)], check=True, capture_output=True)
    return folder


def real(wbo, images):
    """The images made of real hives, with their logs, in a folder; their system's hive is that of one Windows."""
    for image, (build, users) in REAL.items():
        config = images / image / CONFIG
        config.mkdir(parents=True)
        shutil.copyfile(HIVES / SYSTEM / "hive", config / "SYSTEM")
        script = images / "software.reg"
        script.write_text(software(build, users), encoding="utf-8")
        wbo.run("new", config / "SOFTWARE", script)
        for user, hives in users.items():
            for name, place in zip(hives, ["NTUSER.DAT", USRCLASS]):
                copy = images / image / "Users" / user / place
                copy.parent.mkdir(parents=True, exist_ok=True)
                for source in (HIVES / name).glob("*"):
                    if source.name in ("hive", "LOG1", "LOG2"):
                        more = "" if source.name == "hive" else f".{source.name}"
                        shutil.copyfile(source, copy.with_name(copy.name + more))
    return images


def software(build, users):
    version = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    lines = ["Windows Registry Editor Version 5.00", "", f"[{version}]", f'"CurrentBuild"="{build}"']
    lines += [
        f'"CurrentBuildNumber"="{build}"',
        '"EditionID"="Professional"',
        r'"SystemRoot"="C:\\Windows"',
        '"UBR"=dword:1',
    ]
    for user in users:
        lines += ["", rf"[{version}\ProfileList\{sid_of(user)}]", rf'"ProfileImagePath"="C:\\Users\\{user}"']
        lines += ['"Flags"=dword:0', '"State"=dword:0']
    return "\n".join([*lines, ""])


def sid_of(user):
    number = int.from_bytes(hashlib.sha256(user.encode()).digest()[:2], "big")
    return f"S-1-5-21-1000000001-1000000002-1000000003-{number + 1000}"


def replayed(hive, log, out):
    """A dirty hive as python-registry recovers it."""
    from Registry import RegistryLog

    primary = io.BytesIO(hive.read_bytes())
    theirs = RegistryLog.RegistryLog(primary, io.BytesIO(log.read_bytes()))
    if not theirs.is_eligible_log():
        raise Failed(f"python-registry finds {log} not to be of its hive")
    theirs.recover_hive()
    out.write_bytes(primary.getvalue())
    return out
