"""Whether a hive is built as Windows builds them: a checker written from the description of the format, which shares
nothing with the readers. It knows no damage: the first thing that is not as it should be ends it."""

import struct
import sys
from collections import Counter
from typing import NamedTuple

from scripts import ALPHABETS, upper

BINS = 4096
NOTHING = 0xFFFFFFFF
# A data cell of big data holds so much.
SEGMENT = 16344
# Hashes and order are judged for names of letters whose upper case is the same for Windows and Python.
LETTERS = {chr(code) for code in range(32, 127)} | set("".join(ALPHABETS))


class Wrong(Exception):
    """What is not as it should be."""


class Structure(NamedTuple):
    keys: int
    values: int
    # Allocated cells that nothing points to, which Windows leaves behind too.
    lost: int


def check(data):
    return Checker(data).check()


class Checker:
    def __init__(self, data):
        self.data = data
        self.cells = {}
        self.reached = Counter()
        self.securities = Counter()
        self.values = 0

    def check(self):
        sys.setrecursionlimit(5000)
        self.base_block()
        self.bins()
        root = self.number(36)
        keys = self.key(root, None)
        self.security_ring()
        for at, times in self.reached.items():
            want(times == 1, f"the cell at {at:#x} is used {times} times")
        lost = sum(1 for at, size in self.cells.items() if size < 0 and at not in self.reached)
        return Structure(keys, self.values, lost)

    def base_block(self):
        data = self.data
        want(data[:4] == b"regf", "the file does not start with regf")
        want(self.number(4) == self.number(8), "the two sequence numbers differ")
        words = struct.unpack_from("<127I", data)
        checksum = 0
        for word in words:
            checksum ^= word
        checksum = {0: 1, NOTHING: NOTHING - 1}.get(checksum, checksum)
        want(self.number(508) == checksum, "the checksum is wrong")
        want(self.number(20) == 1 and self.number(28) == 0 and self.number(32) == 1, "version 1, type 0, format 1")
        self.minor = self.number(24)
        want(self.minor in (3, 4, 5, 6), f"minor version {self.minor}")
        want(self.number(44) == 1, "the clustering factor is not 1")
        self.end = self.number(40)
        want(self.end % 4096 == 0 and self.end > 0 and BINS + self.end <= len(data), "the size of the bins")

    def bins(self):
        at = 0
        while at < self.end:
            want(self.bytes(at, 4) == b"hbin" and self.at(at + 4) == at, f"no bin at {at:#x}")
            size = self.at(at + 8)
            want(size % 4096 == 0 and 0 < size <= self.end - at, f"the bin at {at:#x} has size {size:#x}")
            cell, free_before = at + 32, False
            while cell < at + size:
                length = struct.unpack("<i", self.bytes(cell, 4))[0]
                want(length != 0 and length % 8 == 0 and abs(length) <= at + size - cell, f"the cell at {cell:#x}")
                want(not (free_before and length > 0), f"two free cells side by side at {cell:#x}")
                free_before = length > 0
                self.cells[cell] = length
                cell += abs(length)
            at += size

    def key(self, at, parent, depth=0):
        """Checks a key and those below it, and counts them."""
        body = self.cell(at, 76)
        want(body[:2] == b"nk", f"no key at {at:#x}")
        flags = struct.unpack_from("<H", body, 2)[0]
        (up, subkeys, _, subkey_list, _, values, value_list, security, class_at) = struct.unpack_from("<9I", body, 16)
        hints = struct.unpack_from("<4I", body, 52)
        name_length, class_length = struct.unpack_from("<HH", body, 72)
        want(len(body) >= 76 + name_length, f"the name of the key at {at:#x} does not fit")
        # offreg.dll does not mark the root.
        if parent is not None:
            want(up == parent and not flags & 0x4, f"the parent of the key at {at:#x}")
        want(depth <= 512, "more than 512 levels")
        self.securities[security] += 1
        if class_length:
            self.cell(class_at, class_length)
        self.key_values(at, values, value_list, hints)
        if subkeys == 0:
            return 1
        total, count, last, longest = 1, 0, None, 0
        for subkey, hint in self.listed(subkey_list, True):
            name = self.name_of(subkey)
            count += 1
            longest = max(longest, len(name.encode("utf-16-le", "surrogatepass")))
            if set(name) <= LETTERS:
                folded = upper(name).encode("utf-16-be")
                want(last is None or last < folded, f"the subkeys of the key at {at:#x} are not in order at {name!r}")
                last = folded
                want(hint is None or hint == self.hint(name), f"the hash of {name!r} at {subkey:#x}")
            total += self.key(subkey, at, depth + 1)
        want(count == subkeys, f"the key at {at:#x} has {count} subkeys and says {subkeys}")
        # The upper half has flags.
        want(hints[0] & 0xFFFF >= longest, f"the key at {at:#x} has a subkey with a name longer than its hint")
        return total

    def listed(self, at, top=False):
        """The subkeys in a list, with hash or hint where the list has them."""
        body = self.cell(at, 4)
        kind, count = body[:2], struct.unpack_from("<H", body, 2)[0]
        want(count > 0, f"the list at {at:#x} is empty")
        kinds = [b"lf", b"li"] if self.minor == 3 else [b"lh"]
        want(kind in kinds or (top and kind == b"ri"), f"the list at {at:#x} is {kind!r} in version 1.{self.minor}")
        width = 8 if kind in (b"lf", b"lh") else 4
        want(len(body) >= 4 + width * count, f"the list at {at:#x} does not fit")
        for index in range(count):
            entry = struct.unpack_from("<I", body, 4 + width * index)[0]
            if kind == b"ri":
                yield from self.listed(entry)
            else:
                yield entry, (kind, body[8 + 8 * index : 12 + 8 * index]) if width == 8 else None

    def hint(self, name):
        units = struct.iter_unpack("<H", name.encode("utf-16-le", "surrogatepass"))
        if self.minor == 3:
            first = [unit for (unit,) in units][:4]
            return b"lf", bytes(first).ljust(4, b"\0") if max(first) < 0x100 else bytes(4)
        hashed = 0
        for (unit,) in struct.iter_unpack("<H", upper(name).encode("utf-16-le", "surrogatepass")):
            hashed = (hashed * 37 + unit) & NOTHING
        return b"lh", struct.pack("<I", hashed)

    def name_of(self, at):
        # The key itself is checked, and its cell counted, when its turn comes.
        body = self.bytes(at + 4, 76)
        want(body[:2] == b"nk", f"no key at {at:#x}")
        raw = self.bytes(at + 4 + 76, struct.unpack_from("<H", body, 72)[0])
        compressed = struct.unpack_from("<H", body, 2)[0] & 0x20
        return raw.decode("latin-1") if compressed else raw.decode("utf-16-le", "surrogatepass")

    def key_values(self, at, count, value_list, hints):
        if count == 0:
            return
        offsets = struct.unpack_from(f"<{count}I", self.cell(value_list, 4 * count))
        for offset in offsets:
            body = self.cell(offset, 20)
            want(body[:2] == b"vk", f"no value at {offset:#x}")
            name_length, size, data, _, flags = struct.unpack_from("<HIIIH", body, 2)
            want(len(body) >= 20 + name_length, f"the name of the value at {offset:#x} does not fit")
            units = name_length if flags & 1 else name_length // 2
            want(hints[2] >= 2 * units, f"the value at {offset:#x} has a name longer than the hint of its key")
            want(hints[3] >= size & 0x7FFFFFFF, f"the value at {offset:#x} is larger than the hint of its key")
            self.value_data(offset, size, data)
            self.values += 1

    def value_data(self, offset, size, data):
        if size & 0x80000000:
            want(size & 0x7FFFFFFF <= 4, f"the value at {offset:#x} has {size & 0x7FFFFFFF} bytes inline")
            return
        want(size > 4, f"the value at {offset:#x} has {size} bytes and not inline")
        if self.minor < 4 or size <= SEGMENT:
            self.cell(data, size)
            return
        body = self.cell(data, 8)
        kind, count, segments = struct.unpack_from("<2sHI", body)
        want(kind == b"db", f"the value at {offset:#x} has {size} bytes and no big data")
        want(count == -(-size // SEGMENT), f"the value at {offset:#x} has {size} bytes in {count} segments")
        for segment in struct.unpack_from(f"<{count}I", self.cell(segments, 4 * count)):
            self.cell(segment, SEGMENT)

    def security_ring(self):
        start = next(iter(self.securities))
        at, seen = start, set()
        while at not in seen:
            seen.add(at)
            body = self.cell(at, 20)
            kind, _, after, before, references, length = struct.unpack_from("<2sHIIII", body)
            want(kind == b"sk" and len(body) >= 20 + length, f"no security at {at:#x}")
            used = self.securities[at]
            want(references == used, f"the security at {at:#x} is used {used} times and says {references}")
            want(struct.unpack("<I", self.bytes(after + 12, 4))[0] == at, f"the ring of securities after {at:#x}")
            at = after
        want(at == start and seen == set(self.securities), "the ring of securities is not that of the keys")

    def cell(self, at, least):
        """The body of an allocated cell that has room for so many bytes; it is counted as reached."""
        size = self.cells.get(at)
        want(size is not None, f"no cell begins at {at:#x}")
        want(size < 0, f"the cell at {at:#x} is free and in use")
        want(-size - 4 >= least, f"the cell at {at:#x} has {-size - 4} bytes, {least} are needed")
        self.reached[at] += 1
        return self.bytes(at + 4, -size - 4)

    def bytes(self, at, count):
        return self.data[BINS + at : BINS + at + count]

    def at(self, at):
        return self.number(BINS + at)

    def number(self, at):
        return struct.unpack_from("<I", self.data, at)[0]


def want(true, otherwise):
    if not true:
        raise Wrong(otherwise)
