#!/usr/bin/env python3
"""Reads the values of every setting that wbo's catalogue has in the registry, with python-registry, and prints
`SETTINGS VALUES`: how many settings have one, and how many there are. Bits are not taken out, known folders stay as they
are, nothing is searched for secrets, and nothing is written: the peer does less than wbo.

    capture-peer.py CATALOGUE BUILD PLACE=HIVE…          PLACE is HKCU, HKCU\\Software\\Classes, HKLM\\SYSTEM…
    capture-peer.py --list CATALOGUE BUILD PLACE=HIVE…   one line for each value, in JSON
"""

import functools
import json
import re
import sys
import tomllib
from pathlib import Path

from Registry import Registry


def main():
    arguments = sys.argv[1:]
    listing = arguments[0] == "--list"
    catalogue, build, *hives = arguments[listing:]
    registry = Hives(hives)
    found = []
    for file in sorted(Path(catalogue).glob("*.toml")):
        for setting in tomllib.loads(file.read_text(encoding="utf-8")).get("setting", []):
            if is_captured(setting, int(build)):
                for name, place in (setting.get("parts") or {"": setting}).items():
                    if "key" in place and "hive" not in place:
                        found += [(setting["id"], name, *one) for one in values_of(registry, place)]
    if listing:
        for one in found:
            print(json.dumps(one))
    else:
        print(len({one[0] for one in found}), len(found))


def is_captured(setting, build):
    builds = setting.get("builds", {})
    return (
        setting.get("sensitivity") != "never"
        and setting.get("capture") != "on-request"
        and builds.get("from", 0) <= build <= builds.get("to", build)
    )


class Hives:
    def __init__(self, hives):
        self.hives = []
        for hive in hives:
            place, _, path = hive.partition("=")
            root = Registry.Registry(path).root()
            self.hives.append((place.lower(), root))
        self.hives.sort(key=lambda hive: -len(hive[0]))
        self.key = functools.cache(self.find)

    def find(self, path):
        for place, root in self.hives:
            if (path.lower() + "\\").startswith(place + "\\"):
                below = path[len(place) + 1 :]
                if place == "hklm\\system" and below.lower().startswith("currentcontrolset"):
                    current = root.subkey("Select").value("Current").value()
                    below = f"ControlSet{current:03}" + below[len("currentcontrolset") :]
                try:
                    return root.find_key(below) if below else root
                except Registry.RegistryKeyNotFoundException:
                    return None
        return None


def values_of(registry, place):
    """(instance, names of keys, name of value, type, length) of each value of a place."""
    top = registry.key(place["key"])
    if top is None:
        return
    except_keys = [pattern(text) for text in place.get("except", []) if "!" not in text]
    except_values = [tuple(map(pattern, text.split("!"))) for text in place.get("except", []) if "!" in text]
    bases = [(None, (), top)]
    if place.get("each") == "key":
        bases = [(key.name(), (key.name(),), key) for key in top.subkeys() if not fits(except_keys, (key.name(),))]
    for instance, above, base in bases:
        for names, key in keys_of(place, base):
            path = (*above, *names)
            # In a key that is left out, its values are too.
            if fits(except_keys, path):
                continue
            for value in wanted(place, key):
                if not any(keys(path) and name(value.name()) for keys, name in except_values):
                    raw = value.raw_data() or b""
                    own = value.name() if place.get("each") == "value" else instance
                    yield own, names, value.name(), value.value_type(), len(raw)


def keys_of(place, base):
    if "keys" not in place:
        yield (), base
        return
    wanted = [pattern(text) for text in place["keys"]]
    unseen = [((), base)]
    # Patterns without ** say how deep to look.
    depth = 64 if any("**" in text for text in place["keys"]) else max(text.count("\\") + 1 for text in place["keys"])
    while unseen:
        names, key = unseen.pop()
        if fits(wanted, names):
            yield names, key
        if len(names) < depth:
            unseen.extend(((*names, subkey.name()), subkey) for subkey in key.subkeys())


def wanted(place, key):
    if "value" in place or "values" in place:
        names = [place["value"]] if "value" in place else place["values"]
        literal = {name.lower() for name in names if "*" not in name}
        patterns = [pattern(name) for name in names if "*" in name]
    else:
        literal, patterns = set(), [pattern("*")]
    for value in key.values():
        # python-registry calls a default value so.
        name = "" if value.name() == "(default)" else value.name()
        if name.lower() in literal or any(fit(name) for fit in patterns):
            yield value


def fits(patterns, names):
    return any(fit(names) for fit in patterns)


@functools.cache
def pattern(text):
    """A function of a name, or of names, that says whether the pattern fits."""
    expression = "".join(
        r"(?:[^\\]+\\)*" if part == "**" else re.escape(part).replace(r"\*", r"[^\\]*") + r"\\"
        for part in text.split("\\")
        if part
    )
    compiled = re.compile(expression, re.IGNORECASE)

    def fit(names):
        told = (names,) if isinstance(names, str) else names
        return compiled.fullmatch("".join(name.replace("\\", "/") + "\\" for name in told)) is not None

    return fit


if __name__ == "__main__":
    main()
