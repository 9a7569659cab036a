"""What is planted in the sample images, and a catalogue that asks for all of it.

crates/wbo-cli/demo/planted.toml lists places and texts. A text may be in no capture: not as UTF-8 or UTF-16, and not
written in hexadecimal digits or base64 either.
"""

import base64
import json
import re
import tomllib

USER_HIVES = {
    "NTUSER.DAT": "HKCU",
    "AppData/Local/Microsoft/Windows/UsrClass.dat": r"HKCU\Software\Classes",
}
FOLDERS = {"ProgramData/": "%PROGRAMDATA%", "Windows/": "%SYSTEMROOT%", "Users/Public/": "%PUBLIC%"}
# Hives that wbo does not even open, so that it cannot say what of them it left out.
NEVER_OPENED = ("HKLM\\SAM\\", "HKLM\\SECURITY\\")
# How many secrets a catalogue for a user can ask for.
LEAST = {"alice": 80, "Zoë Ångström": 15, "bob": 12, "李雷": 5}
# Ways out of a known folder, which no catalogue may take.
WAYS_OUT = [
    r"%PUBLIC%\..\alice\.ssh\id_ed25519",
    r"%SYSTEMROOT%\System32\..\..\Users\alice\.netrc",
    r"%PUBLIC%/../alice/.netrc",
]
# Links that lead to secrets, by the folder of a user.
TRAPS = {"alice": ("Pictures/trap.txt", ".netrc"), "Zoë Ångström": ("Pictures/trap.txt", ".git-credentials")}


class Found(Exception):
    """A secret where none may be, or nothing said of one that was left out."""


def read(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))["planted"]


def lay_traps(image):
    for user, (link, target) in TRAPS.items():
        if (image / "Users" / user / target).exists():
            place = image / "Users" / user / link
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(image / "Users" / user / target)


# ---- Nothing of it in a capture


def must_not_be_in(planted, profile, extracted):
    files = [profile, *(path for path in extracted.rglob("*") if path.is_file())]
    found = []
    for path in files:
        data = path.read_bytes().lower()
        for one in planted:
            found += [
                f"{one['text']} is in {path.name} as {form}" for form, needle in forms(one["text"]) if needle in data
            ]
    if found:
        raise Found("\n  ".join(found))
    if len(files) < 3:
        raise Found("there was nothing to search")


FORMS = {}


def forms(text):
    """The ways in which a text may be written, in lower case."""
    if text not in FORMS:
        told = []
        for name, encoding in (
            ("UTF-8", "utf-8"),
            ("UTF-16", "utf-16-le"),
            ("UTF-16 with the high byte first", "utf-16-be"),
        ):
            data = text.encode(encoding)
            told += [(name, data.lower()), (f"{name} in hexadecimal digits", data.hex().encode())]
            told.append((f"{name} in hexadecimal digits with commas", data.hex(",").encode()))
            for shift in range(3):
                # In which of three ways it is spelled is for what stands before it to decide; its ends are their
                # neighbours' too.
                coded = base64.b64encode(bytes(shift) + data)
                told.append((f"{name} in base64", coded[4 if shift else 0 : len(coded) - 4].lower()))
        FORMS[text] = [(form, needle) for form, needle in told if len(needle) > 6]
    return FORMS[text]


# ---- A catalogue that asks for it


def judge_catalogue(planted, image, user, folder, capture, run):
    """Asks for every place in several ways; nothing is captured, and each place is named."""
    folder.mkdir(exist_ok=True)
    for way in WAYS_OUT:
        catalogue = folder / "way-out.toml"
        catalogue.write_text(HEAD + setting("smuggle.way-out", {"file": way}), encoding="utf-8")
        if run("catalog", "check", catalogue).returncode != 2:
            raise Found(f"a catalogue may ask for {way}")
    asked = [
        (one, place)
        for one in planted
        if one["image"] == image and one["kind"] != "name" and (place := place_of(one, user))
    ]
    if len(asked) < LEAST[user]:
        raise Found(f"only {len(asked)} places were asked for")
    texts, by_id = [HEAD], {}
    for number, (one, place) in enumerate(asked):
        for way, words in ways(place):
            id = f"smuggle.n{number:03}-{way}"
            texts.append(setting(id, words))
            by_id[id] = (one, place, way)
    if user in TRAPS:
        texts.append(
            setting("smuggle.trap", {"file": "%USERPROFILE%\\" + TRAPS[user][0].replace("/", "\\"), "type": None})
        )
    catalogue = folder / f"{image}-{user}.toml"
    catalogue.write_text("".join(texts), encoding="utf-8")
    checked = run("catalog", "check", catalogue)
    if checked.returncode:
        raise Found(f"{catalogue.read_text()}\n{checked.stderr.decode()}")
    out = folder / f"{image}-{user}.wbo"
    extracted = capture(out, "--user", f"C:\\Users\\{user}", "--catalog", catalogue)
    # A catalogue may ask for names.
    must_not_be_in([one for one in planted if one["kind"] != "name"], out, extracted)
    document = json.loads((extracted / "document.json").read_text(encoding="utf-8"))
    notes = [note for note in document["notes"] if (note.get("setting") or "").startswith("smuggle.")]
    said = {}
    for note in notes:
        if note["code"] == "secret":
            said.setdefault(note["setting"], []).append(note.get("place") or "")
    captured = {one["id"]: one for section in document["sections"].values() for one in section}
    unsaid = []
    for id, (one, place, way) in by_id.items():
        if place[-2].startswith(NEVER_OPENED):
            continue
        if not any(names(told, place) for told in said.get(id, [])):
            told = [note for note in notes if note["setting"] == id]
            unsaid.append(f"{one['text']} asked for as {way} of {place}: {told}; captured: {captured.get(id)}")
    if unsaid:
        raise Found(f"{len(unsaid)} of {len(by_id)} places are left out and not named:\n  " + "\n  ".join(unsaid))
    print(
        f"{image}, {user}: {len(asked)} secrets, asked for in {len(by_id)} ways, are left out and named by place.",
        flush=True,
    )


HEAD = 'catalogue = 1\narea = "Smuggling"\ncategory = "system"\n'


def setting(id, words):
    lines = [
        "",
        "[[setting]]",
        f'id = "{id}"',
        f'title = "{id}"',
        *(f"{word} = {spelled(told)}" for word, told in words.items() if told is not None),
    ]
    return "\n".join([*lines, 'sources = ["planted"]', ""])


def spelled(told):
    return json.dumps(told, ensure_ascii=False)


def place_of(one, user):
    """Where a catalogue for this user finds it: a key and a value, or a file; None where it is another user's."""
    file, home = one["file"], f"Users/{user}/"
    of_user = file.startswith(home)
    if "key" in one:
        names = one["key"].split("\\")
        if of_user and file.removeprefix(home) in USER_HIVES:
            return ("key", "\\".join(["HKCU", *names[1:]]), one.get("value"))
        if of_user:
            return ("hive", known(file, home), "\\".join(["HKCU", *names[1:]]), one.get("value"))
        return ("key", "\\".join(["HKLM", *names[1:]]), one.get("value")) if file.startswith("Windows/") else None
    if of_user or file.startswith(tuple(FOLDERS)):
        return ("file", known(file, home))
    return None


def known(file, home):
    for start, folder in [(home, "%USERPROFILE%"), *FOLDERS.items()]:
        if file.startswith(start):
            return folder + "\\" + file.removeprefix(start).replace("/", "\\")
    return None


def ways(place):
    """Plainly, by patterns, and by all that lies around it."""
    if place[0] == "file":
        yield "itself", {"file": place[1]}
        folder, _, name = place[1].rpartition("\\")
        yield "pattern", {"file": f"{folder}\\*{name[1:]}"}
        yield "folder", {"file": f"{folder}\\**"}
        return
    hive = {"hive": place[1]} if place[0] == "hive" else {}
    key, value = place[-2:]
    if value is not None:
        yield "itself", {**hive, "key": key, "value": value, "type": "any"}
    yield "values", {**hive, "key": key, "values": ["*"], "type": "any"}
    yield "all", {**hive, "key": key, "type": "any"}
    parent = key.rpartition("\\")[0]
    if parent.count("\\") > 2:
        yield "tree", {**hive, "key": parent, "keys": ["**"], "type": "any"}
        yield "each", {**hive, "key": parent, "each": "key", "type": "any"}


def names(told, place):
    """Whether a note's place is that of the secret, or what it lies in."""
    told = told.casefold()
    if place[0] == "file":
        return told.endswith(re.sub(r"^%[A-Z]+%", "", place[1]).casefold())
    key, value = place[-2].casefold(), place[-1]
    told_key, _, told_value = told.rpartition(": ")[2].partition("!")
    # A key that is left out as a whole is named alone.
    inside = key == told_key or (not told_value and key.startswith(told_key + "\\"))
    return inside and (not told_value or value is None or told_value == value.casefold())
