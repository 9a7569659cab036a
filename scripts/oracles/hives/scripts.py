"""Random .reg scripts, and a model that says what they make of a tree.

Names keep to letters whose upper case Windows and Python agree on, so that the model finds what Windows would find.
"""

import random
import struct

from trees import Key, value

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-_{}()#&%!,;'",
    "äöüéèçñøåÄÖÜÉabc",
    "дежзийклмнопрстуДЕЖЗ ",
    "日本語設定データ漢字",
    "🌍🌎🌏😀🎹x",
]
TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 0x5F5E10C, 0xFFFF0012, 0x00200000]
SIZES = [0, 1, 2, 3, 4, 5, 8, 12, 100, 1000, 16343, 16344, 16345, 2 * 16344 - 1, 2 * 16344, 2 * 16344 + 1, 100_000]
# Windows keeps at most 1 MB in a value of version 1.3.
LARGE = {3: 1_000_000, 5: 3_000_000}


def upper(name):
    """Windows makes upper case of single units of UTF-16, so it leaves what takes two."""
    return "".join(one.upper() if one < "\U00010000" and len(one.upper()) == 1 else one for one in name)


def found_by(path):
    return tuple(map(upper, path))


class Model:
    """A tree that scripts are applied to as Windows does. Naming a key makes it, even for deleting a value. Keys and
    values are found whatever their case and keep their first spelling. Keys that a script touches have no time any
    more."""

    def __init__(self, keys):
        self.keys = {}
        for key in keys:
            values = {upper(one.name): one for one in key.values}
            self.keys[found_by(key.path)] = (key.path, key.written, values)

    def tree(self):
        return [Key(path, written, list(values.values())) for path, written, values in self.keys.values()]

    def apply(self, entries):
        for what, path, *rest in entries:
            if what == "delete key":
                self.delete(path)
                continue
            self.make(path)
            values = self.touch(found_by(path)) if what != "key" else None
            if what == "value":
                name, type, data = rest
                spelled = values[upper(name)].name if upper(name) in values else name
                values[upper(name)] = value(spelled, type, data)
            elif what == "delete value":
                values.pop(upper(rest[0]), None)

    def make(self, path):
        for length in range(1, len(path) + 1):
            found = found_by(path[:length])
            if found not in self.keys:
                parent = self.keys[found[:-1]][0]
                self.keys[found] = ((*parent, path[length - 1]), None, {})
                self.touch(found[:-1])

    def delete(self, path):
        gone = found_by(path)
        if gone in self.keys:
            self.touch(gone[:-1])
            self.keys = {found: key for found, key in self.keys.items() if found[: len(gone)] != gone}

    def touch(self, found):
        path, _, values = self.keys[found]
        self.keys[found] = (path, None, values)
        return values


def undoing(before, after):
    """A script that makes the first tree of the second, both without doubles."""
    old = {found_by(key.path): key for key in before}
    new = {found_by(key.path): key for key in after}
    entries = []
    for found, key in new.items():
        if found not in old and found[:-1] in old:
            entries.append(("delete key", key.path))
    for found, key in old.items():
        theirs = {upper(one.name): one for one in new[found].values} if found in new else {}
        ours = {upper(one.name): one for one in key.values}
        if found not in new:
            entries.append(("key", key.path))
        for name, one in theirs.items():
            # A spelling only comes back if the value goes first.
            if name not in ours or ours[name].name != one.name:
                entries.append(("delete value", key.path, one.name))
        for name, one in ours.items():
            there = theirs.get(name)
            if there is None or (there.name, there.type, there.data) != (one.name, one.type, one.data):
                entries.append(("value", key.path, one.name, one.type, one.data))
    return entries


class Author:
    """Writes scripts, the same ones for the same seed."""

    def __init__(self, seed, minor, ascii_only=False):
        self.random = random.Random(seed)
        self.large = LARGE[minor]
        self.alphabets = ALPHABETS[:1] if ascii_only else ALPHABETS
        # What is made for reged has no name at which it ends itself.
        self.longest = 1000 if ascii_only else 16_383

    def name(self, longest):
        letters = self.random.choice(self.alphabets)
        length = min(self.random.choice([1, 3, 8, 8, 20, 40, longest]), longest)
        # Names that start or end with spaces are legal and are not what is looked for here.
        return "".join(self.random.choices(letters, k=length)).strip() or "x"

    def key_name(self):
        return fitting(self.name(255), 255)

    def value_name(self):
        return self.random.choice(["", fitting(self.name(300), 300), self.name(20) + '\\quoted"'])

    def data(self, size=None):
        type = self.random.choice(TYPES)
        if size is None:
            size = self.random.choice(SIZES[:10] * 6 + SIZES)
        if type == 1 and self.random.random() < 0.8:
            text = "".join(self.random.choices(self.random.choice(self.alphabets), k=min(size, 500)))
            return type, (text + "\0").encode("utf-16-le")
        if type == 4 and self.random.random() < 0.8:
            return type, struct.pack("<I", self.random.getrandbits(32))
        return type, self.random.randbytes(size)

    def building(self):
        """Every size with every kind of type, names of all alphabets and lengths, a deep path, and thousands of
        subkeys."""
        entries = [
            ("value", ("Sizes",), f"{size:06}", TYPES[at % len(TYPES)], self.random.randbytes(size))
            for at, size in enumerate(SIZES)
        ]
        entries += [
            ("value", ("Types",), f"{type:x} {size}", type, self.random.randbytes(size))
            for type in TYPES
            for size in (0, 1, 2, 3, 4, 5, 8, 16)
        ]
        entries.append(("value", ("Sizes",), "large", 3, self.random.randbytes(self.large)))
        # Data that looks like a list of segments is data all the same.
        entries.append(("value", ("Sizes",), "looks like big data", 3, b"db\x02\x00" + bytes(20_000)))
        entries.append(("value", ("Sizes",), "v" * self.longest, 1, b""))
        entries += [("value", ("Many values",), f"value {at}", 4, struct.pack("<I", at)) for at in range(2000)]
        many = self.random.sample(range(10_000), 3000)
        entries += [("key", ("Many", f"{at:04}")) for at in many]
        deep = tuple(f"level {at}" for at in range(100))
        entries.append(("value", deep, "bottom", *self.data()))
        for _ in range(300):
            path = tuple(self.key_name() for _ in range(self.random.randint(1, 4)))
            entries.append(("key", path))
            entries += [("value", path, self.value_name(), *self.data()) for _ in range(self.random.randint(0, 6))]
        return entries

    def editing(self, tree, count):
        """Changes all over a tree: values set, replaced by others of another size, deleted; keys made and deleted."""
        entries = []
        tree = [key for key in tree if all(map(sayable, key.path))]
        paths = [key.path for key in tree]
        values = [(key.path, one.name) for key in tree for one in key.values if not one.name or sayable(one.name)]
        for _ in range(count):
            what = self.random.random()
            path = self.random.choice(paths)
            if what < 0.3 and values:
                path, name = self.random.choice(values)
                if name.isascii():
                    name = self.random.choice([name, name.swapcase()])
                entries.append(("value", path, name, *self.data()))
            elif what < 0.5:
                entries.append(("value", path, self.value_name(), *self.data()))
            elif what < 0.65 and values:
                entries.append(("delete value", *self.random.choice(values)))
            elif what < 0.85:
                new = (*path, *(self.key_name() for _ in range(self.random.randint(1, 3))))[:200]
                entries.append(("value", new, self.value_name(), *self.data()))
            elif len(path) > 1:
                entries.append(("delete key", path))
        # One key gets enough subkeys to split its lists, another loses most of its own.
        path = self.random.choice(paths)
        entries += [("key", (*path, f"new {self.random.getrandbits(24):06x}")) for _ in range(1200)]
        parents = {}
        for one in filter(None, paths):
            parents.setdefault(one[:-1], []).append(one)
        most = max(parents.values(), key=len, default=[])
        if len(most) > 100:
            entries += [("delete key", one) for one in self.random.sample(most, len(most) * 9 // 10)]
        return entries


def sayable(name):
    """A .reg file has words for this name."""
    return name != "" and not set(name) & set("\r\n\0")


def fitting(name, units):
    """The name cut to so many units of UTF-16, a pair of surrogates never in two."""
    while len(name.encode("utf-16-le")) > 2 * units:
        name = name[:-1]
    return name
