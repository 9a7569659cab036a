"""Trees of registry hives as every reader is made to tell them, and how two of them differ.

A tree is a list of keys in preorder, subkeys and values in the order in which their lists have them. Names are Python
strings in which a surrogate without its other half stands for itself. None means that a reader does not tell.
"""

import dataclasses
import gzip
import hashlib
import io
import json
import struct
import zlib
from collections import Counter, defaultdict
from typing import Callable, NamedTuple, Optional


class Value(NamedTuple):
    name: str
    type: Optional[int]
    length: Optional[int]
    # The first 16 hexadecimal digits of the SHA-256 of the data.
    digest: Optional[str]
    # The data itself, where a reader gives it.
    data: Optional[bytes] = None

    def __str__(self):
        data = "data unknown" if self.data is None else self.data[:24].hex(" ") + (" …" if len(self.data) > 24 else "")
        kind = "?" if self.type is None else f"{self.type:#x}"
        return f"{self.name!r} type {kind} length {self.length} digest {self.digest} ({data})"


class Key(NamedTuple):
    path: tuple
    # FILETIME
    written: Optional[int]
    values: list


def value(name, type, data):
    return Value(name, type, len(data), hashlib.sha256(data).hexdigest()[:16], data)


def utf16(data):
    return data.decode("utf-16-le", "surrogatepass")


def read_json_lines(text):
    """What `wbo hive dump` prints, and what stands beside the hives of the corpus."""
    keys = []
    for line in text:
        key = json.loads(line)
        keys.append(Key(tuple(key["key"]), key["written"], [json_value(*parts) for parts in key["values"]]))
    return keys


def json_value(name, type, length, digest, data=None):
    if data is not None:
        data = bytes.fromhex(data)
        found = value(name, type, data)
        if (found.length, found.digest) != (length, digest):
            raise ValueError(f"the data of value {name!r} has not the length or digest that stand beside it")
        return found
    return Value(name, type, length, digest)


def read_listing(path):
    with gzip.open(path, "rt", encoding="utf-8") as text:
        return read_json_lines(text)


def read_stream(data):
    """What `hivex-dump --tree` writes; hivex-dump.c says what it is."""
    stream = io.BytesIO(data)

    def number():
        return struct.unpack("<I", stream.read(4))[0]

    def name():
        return stream.read(number()).decode("utf-8", "surrogatepass")

    keys, path = [], []
    while head := stream.read(12):
        depth, written = struct.unpack("<IQ", head)
        element = name()
        path[max(depth - 1, 0) :] = [element] if depth else []
        values = []
        for _ in range(number()):
            values.append(value(name(), number(), stream.read(number())))
        keys.append(Key(tuple(path), written, values))
    return keys


def digest(keys):
    """The digest that hivex-dump.c defines; the tree has to have its data."""
    crc = 0

    def put(data):
        nonlocal crc
        crc = zlib.crc32(data, crc)

    def put_name(name):
        encoded = name.encode("utf-8", "surrogatepass")
        put(struct.pack("<I", len(encoded)) + encoded)

    for key in keys:
        put(struct.pack("<I", len(key.path)))
        put_name(key.path[-1] if key.path else "")
        put(struct.pack("<I", len(key.values)))
        for one in key.values:
            put_name(one.name)
            put(struct.pack("<II", one.type, one.length) + one.data)
    return f"{crc:08x}"


@dataclasses.dataclass
class Difference:
    """`kind` is one of: key missing, key extra, written, value missing, value extra, type, data, order."""

    kind: str
    path: tuple
    expected: object = None
    found: object = None

    def __str__(self):
        lines = [f"{self.kind}: {show(self.path)}"]
        for side in ("expected", "found"):
            one = getattr(self, side)
            if one is not None and not isinstance(one, Key):
                lines.append(f"    {side}: {one}")
        return "\n".join(lines)


@dataclasses.dataclass
class Comparison:
    """What compare() found: the differences that nothing allows, and how many each fault allowed."""

    keys: int
    values: int
    # Values whose length and data were compared, which some readers do not tell of all.
    data: int
    differences: list
    allowed: Counter

    def __str__(self):
        told = "" if self.data == self.values else f" (the data of {self.data})"
        faults = "".join(f"; ALLOWED {count} × {fault}" for fault, count in sorted(self.allowed.items()))
        return f"{self.keys} keys, {self.values} values{told}{faults}"


class Fault(NamedTuple):
    """A difference that is known to be the reader's fault, told as narrowly as it can be."""

    name: str
    kind: str
    covers: Callable


class Renaming(NamedTuple):
    """A fault in names: what the reader makes of a name."""

    name: str
    told: Callable


def compare(expected, found, faults=(), renamings=(), written_unit=1):
    """Compares trees key by key and value by value. The first fault that covers a difference allows it, and is counted.
    Times are compared in units of `written_unit` times 100 ns."""
    result = Comparison(len(expected), sum(len(key.values) for key in expected), 0, [], Counter())
    for renaming in renamings:
        expected = renamed(expected, renaming, result.allowed)

    def differs(*parts):
        difference = Difference(*parts)
        fault = next((one for one in faults if one.kind == parts[0] and one.covers(*parts[2:])), None)
        if fault:
            result.allowed[fault.name] += 1
        else:
            result.differences.append(difference)

    keys = paired(expected, found, lambda key: key.path)
    for ours, theirs in keys:
        if theirs is None:
            differs("key missing", ours.path, ours)
        elif ours is None:
            differs("key extra", theirs.path, None, theirs)
        else:
            if theirs.written is not None and ours.written is not None:
                if ours.written // written_unit != theirs.written // written_unit:
                    differs("written", ours.path, ours.written, theirs.written)
            compare_values(ours, theirs, differs, result)
    if all(ours and theirs for ours, theirs in keys):
        for ours, theirs in zip(expected, found):
            if ours.path != theirs.path:
                differs("order", ours.path, show(ours.path), show(theirs.path))
                break
    return result


def by_name(keys):
    """A tree in an order that says nothing, for comparing what has been put together in another order."""
    ordered = [key._replace(values=sorted(key.values, key=lambda value: value.name)) for key in keys]
    return sorted(ordered, key=lambda key: key.path)


def renamed(keys, renaming, allowed):
    def told(name):
        changed = renaming.told(name)
        if changed != name:
            allowed[renaming.name] += 1
        return changed

    known = {(): ()}
    result = []
    for key in keys:
        if key.path not in known:
            known[key.path] = (*known[key.path[:-1]], told(key.path[-1]))
        values = [value._replace(name=told(value.name)) for value in key.values]
        result.append(Key(known[key.path], key.written, values))
    return result


def compare_values(ours, theirs, differs, result):
    pairs = paired(ours.values, theirs.values, lambda value: value.name)
    for one, other in pairs:
        if other is None:
            differs("value missing", ours.path, one)
        elif one is None:
            differs("value extra", ours.path, None, other)
        else:
            if None not in (one.type, other.type) and other.type != one.type:
                differs("type", ours.path, one, other)
            if one.length is not None and other.length is not None:
                result.data += 1
                if (other.length, other.digest) != (one.length, one.digest):
                    differs("data", ours.path, one, other)
    if all(one and other for one, other in pairs):
        names = [[value.name for value in key.values] for key in (ours, theirs)]
        if names[0] != names[1]:
            differs("order", ours.path, names[0], names[1])


def paired(ours, theirs, key):
    """Pairs of what has the same key, with None for what the other side has not; doubles are paired in order."""
    left = defaultdict(list)
    for one in theirs:
        left[key(one)].append(one)
    for several in left.values():
        several.reverse()
    pairs = []
    for one in ours:
        several = left.get(key(one))
        pairs.append((one, several.pop() if several else None))
    pairs += [(None, one) for several in left.values() for one in reversed(several)]
    return pairs


def show(path):
    return "\\".join(path).encode("unicode_escape").decode().replace("\\\\", "\\") or "(the root)"
