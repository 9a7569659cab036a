"""What an apply says that it changed, and whether the hives and files changed so and not otherwise."""

import struct
from collections import Counter

import disk
import settings
import trees
from judging import Failed


def fold(names):
    return tuple(name.casefold() for name in names)


def steps_by_hive(undo, places, before):
    """The steps of a record, each at its hive and the path in it, with names in lower case; and those of files."""
    keys, values, files = {}, {}, {}
    for step in undo["steps"]:
        if "file" in step:
            files["/".join(step["file"][1:])] = step
            continue
        path = step.get("key") or step["path"]
        place, hive = next((one for one in places if fold(path[: len(one[0])]) == fold(one[0])), (None, None))
        if place is None:
            raise Failed(f"the record names {path}, which is in no hive of this user")
        inside = fold(path[len(place) :])
        if place == ("HKLM", "SYSTEM") and inside[:1] == ("currentcontrolset",):
            inside = (select_of(before.hives[hive].tree), *inside[1:])
        if "key" in step:
            keys[hive, inside] = step
        else:
            values[hive, inside, step["value"].casefold()] = step
    return keys, values, files


def value_of(side):
    return None if side.get("absent") else settings.value_of(side)


def must_be_what_differs(undo, places, before, after, started):
    """Compares two states of a disk: what differs is what the record names, with the bytes that it names, and the times
    of all other keys stay."""
    keys, values, files = steps_by_hive(undo, places, before)
    wrong, count = [], Counter()
    found_keys, found_values = set(), set()
    for hive in before.hives:
        old, new = before.hives[hive].tree, after.hives[hive].tree
        old_by, new_by = ({fold(path): key for path, key in tree.items()} for tree in (old, new))
        if len(old_by) != len(old) or len(new_by) != len(new):
            wrong.append(f"{hive}: names that differ in case alone")
        touched = set()
        for path in old_by.keys() ^ new_by.keys():
            found_keys.add((hive, path))
            touched.add(path[:-1])
            step = keys.get((hive, path))
            if step is None or step["before"]["present"] != (path in old_by) or step["after"]["present"] != (
                path in new_by
            ):
                wrong.append(f"{hive}: {trees.show(path)} {'went' if path in old_by else 'came'}, and it says {step}")
        for path in old_by.keys() | new_by.keys():
            one, other = (
                {value.name.casefold(): value for value in tree[path].values} if path in tree else {}
                for tree in (old_by, new_by)
            )
            for name in one.keys() | other.keys():
                told = [None if side.get(name) is None else (side[name].type, side[name].data) for side in (one, other)]
                if told[0] == told[1]:
                    continue
                found_values.add((hive, path, name))
                touched.add(path)
                step = values.get((hive, path, name))
                if step is None or [value_of(step["before"]), value_of(step["after"])] != told:
                    wrong.append(f"{hive}: {trees.show(path)}!{name}: {told[0]} became {told[1]}, and it says {step}")
            if path in old_by and path in new_by:
                if path in touched:
                    continue
                if old_by[path].path != new_by[path].path or [value.name for value in old_by[path].values] != [
                    value.name for value in new_by[path].values
                ]:
                    wrong.append(f"{hive}: {trees.show(path)}: names are spelled otherwise, or in another order")
        for path in old_by.keys() & new_by.keys():
            was, now = old_by[path].written, new_by[path].written
            if path not in touched and was != now:
                wrong.append(f"{hive}: {trees.show(path)} has another time and nothing of it changed")
            if path in touched and now < started:
                wrong.append(f"{hive}: {trees.show(path)} changed and its time is {now}, before {started}")
        count["keys"] += len(old_by.keys() ^ new_by.keys())
        count["untouched keys"] += len(new_by) - len(touched)
    named_keys = {place for place, step in keys.items() if step["before"]["present"] != step["after"]["present"]}
    named_values = {place for place, step in values.items() if value_of(step["before"]) != value_of(step["after"])}
    wrong += [f"the record names {place}, which is as before" for place in named_keys - found_keys]
    wrong += [f"the record names {place}, which is as before" for place in named_values - found_values]
    count["values"] = len(found_values)
    wrong += files_wrong(files, before, after, count)
    if wrong:
        raise Failed(f"{len(wrong)} things are not as the record says:\n  " + "\n  ".join(map(str, wrong[:20])))
    return count


def files_wrong(files, before, after, count):
    folded = [{name.casefold(): digest for name, digest in side.files.items()} for side in (before, after)]
    named = {name.casefold(): step for name, step in files.items()}
    for name in folded[0].keys() | folded[1].keys():
        if folded[0].get(name) == folded[1].get(name):
            continue
        count["files"] += 1
        step = named.pop(name, None)
        if step is None or [side.get("sha256") for side in (step["before"], step["after"])] != [
            side.get(name) for side in folded
        ]:
            yield f"{name} changed, and it says {step}"
    for name in named:
        yield f"the record names {name}, which is as before"
    parents = {"/".join(name.split("/")[:depth]) for name in files for depth in range(1, name.count("/") + 1)}
    for folder in before.folders ^ after.folders:
        if folder not in parents:
            yield f"the folder {folder} came or went"


def must_keep_securities(before, after):
    """Keys that stay keep theirs; each new one has that of its parent."""
    kept = new = 0
    for hive, (tree, securities, _) in after.hives.items():
        old = before.hives[hive]
        known = {fold(path) for path in old.tree}
        for path in tree:
            name = disk.printed(path)
            if name not in securities:
                continue
            if fold(path) in known:
                kept += 1
                if old.securities.get(name) != securities[name]:
                    raise Failed(f"{hive}: {name}: {old.securities.get(name)} became {securities[name]}")
            else:
                new += 1
                parent = securities[disk.printed(path[:-1])]
                if securities[name] != parent:
                    raise Failed(f"{hive}: {name} is new and has {securities[name]}; its parent has {parent}")
    return kept, new


# The data of night light begin so in Windows 10 1809 and later; then comes the time at which it was set, seven bits in
# a byte.
NIGHT_LIGHT = bytes.fromhex("434201000a0201002a06")


def timeless(id, value):
    """The value without the moment at which night light was set."""
    if not id.startswith("display.night-light") or not isinstance(value, tuple):
        return value
    kind, data = value
    if not data.startswith(NIGHT_LIGHT):
        return value
    end = len(NIGHT_LIGHT)
    while data[end] & 0x80:
        end += 1
    return kind, data[: len(NIGHT_LIGHT)] + data[end + 1 :]


def told(setting):
    """What a document says of a setting, where names that differ in case alone are the same."""
    items = {}
    for one in settings.items_of(setting):
        items[one.kind, fold(one.path), one.name.casefold()] = timeless(setting["id"], one.value)
    return items


# Settings that are joined with what the target has of its own.
KEEPING = {"environment.path", "sound.event-sounds", "startup.approved"}


def holds(id, wanted, before, after):
    """Whether a setting is as it was wanted. Of those that keep what others have, it is there, and the rest was."""
    if after == wanted or id not in KEEPING:
        return after == wanted
    for place, value in wanted.items():
        found, was = after.get(place), before.get(place)
        if value is None or found == value:
            continue
        if found is None or found[0] != value[0] or not set(parts(value)) <= set(parts(found)):
            return False
        if not set(parts(found)) <= set(parts(value)) | set(parts(was)):
            return False
    return all(after[place] == before.get(place) for place in after.keys() - wanted.keys())


def parts(value):
    texts = value[1].decode("utf-16-le").rstrip("\0").split(";") if value else []
    return [text for text in texts if text]


def by_id(document):
    found = {}
    for section in document["sections"].values():
        for setting in section:
            instance = setting.get("instance")
            found[setting["id"], instance.casefold() if isinstance(instance, str) else instance] = told(setting)
    return found


def select_of(tree):
    """The name of the control set that counts, of a SYSTEM as another reader sees it."""
    key = next((key for path, key in tree.items() if fold(path) == ("select",)), None)
    current = next((one.data for one in key.values if one.name.casefold() == "current"), None) if key else None
    return f"controlset{struct.unpack('<I', current)[0]:03}" if current else "controlset001"
