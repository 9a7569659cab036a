#!/usr/bin/env python3
"""Reads the golden files by the text of docs/format.md alone, and compares them with what they are known to say.

    scripts/oracles/format.py [WBO]

It shares no code with wbo and does not run it. It needs Python's standard library and the command `zstd`; with
`ssh-keygen` and `age` it also has those judge the seals and open the envelopes.
"""

import base64
import hashlib
import hmac
import json
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "golden"
KEY = bytes(range(32))
NEW_KEY = bytes([0x40] * 32)
MIB = 1 << 20


def check(condition, what):
    if not condition:
        raise SystemExit(f"format.py: {what}")


# ---- The cursor and the types of records.


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        check(0 <= count <= len(self.data) - self.at, f"{count} bytes at {self.at} are not there")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "little")

    def rest(self):
        return len(self.data) - self.at

    def end(self):
        check(self.rest() == 0, f"{self.rest()} bytes are left over")


def u8(cursor):
    return cursor.number(1)


def u16(cursor):
    return cursor.number(2)


def u32(cursor):
    return cursor.number(4)


def u64(cursor):
    return cursor.number(8)


def i64(cursor):
    return struct.unpack("<q", cursor.take(8))[0]


def boolean(cursor):
    value = u8(cursor)
    check(value < 2, f"a bool is {value}")
    return value == 1


def array(count):
    return lambda cursor: list(cursor.take(count))


def option(read):
    return lambda cursor: read(cursor) if boolean(cursor) else None


def listed(read):
    return lambda cursor: [read(cursor) for _ in range(u64(cursor))]


def octets(cursor):
    return list(cursor.take(u64(cursor)))


def string(cursor):
    return cursor.take(u64(cursor)).decode("utf-8", "strict")


text = listed(u16)


def struct_of(**fields):
    return lambda cursor: {name: read(cursor) for name, read in fields.items()}


def whole(read, data):
    cursor = Cursor(data)
    value = read(cursor)
    cursor.end()
    return value


# ---- The records.

PARENT = struct_of(id=array(16), body=array(32))
FACTS = struct_of(
    id=array(16),
    created=i64,
    tool=struct_of(name=string, version=string),
    catalogue=string,
    method=u16,
    parents=listed(PARENT),
)
DEVICE = struct_of(
    name=option(text),
    smbios=option(array(16)),
    build=option(u32),
    revision=option(u32),
    edition=option(string),
    release=option(string),
    architecture=option(string),
    locale=option(string),
    join=struct_of(kind=u16, name=option(text), tenant=option(string)),
)
USER = struct_of(name=option(text), sid=option(string), domain=option(text), upn=option(string))
SEGMENT = struct_of(stored=u32, digest=array(32))
TABLE = listed(struct_of(kind=u16, part=u16, flags=u16, entries=u32, length=u64, segments=listed(SEGMENT)))
PADDING = struct_of(length=u64, digest=array(32), filler=octets)
EARLIER = listed(struct_of(statement=octets, seals=listed(octets)))
CONTENT = struct_of(id=array(32), size=u64)
VALUE = struct_of(kind=u32, data=octets)
FILE = struct_of(content=CONTENT, attributes=u32, modified=option(i64))
ITEM = struct_of(
    tag=u8, path=listed(text), present=boolean, name=option(text), value=option(VALUE), file=option(FILE)
)
SETTINGS = listed(struct_of(id=string, instance=option(text), flags=u32, items=listed(ITEM)))
APPS = struct_of(
    store=listed(
        struct_of(
            family=string,
            full_name=option(string),
            version=option(string),
            architecture=option(string),
            publisher=option(string),
            product=option(string),
            title=option(text),
            flags=u32,
        )
    ),
    desktop=listed(
        struct_of(
            scope=u16,
            key=text,
            title=option(text),
            version=option(text),
            publisher=option(text),
            winget=option(string),
            flags=u32,
        )
    ),
)
NOTES = listed(
    struct_of(code=u16, setting=option(string), instance=option(text), place=option(text), text=string)
)
INDEX = listed(CONTENT)
KEY_STATE = struct_of(class_=option(text), security=option(octets))
REPLACED = struct_of(
    tag=u8,
    path=listed(text),
    name=option(text),
    key_before=option(lambda cursor: {name.rstrip("_"): value for name, value in KEY_STATE(cursor).items()}),
    key_after=boolean,
    value_before=option(VALUE),
    value_after=option(VALUE),
    file_before=option(FILE),
    file_security=option(octets),
    file_after=option(FILE),
)
STEP = struct_of(settings=listed(string), what=REPLACED)
UNDO = struct_of(apply=array(16), steps=listed(STEP))


# ---- Keys and boxes.


def sha256(data):
    return hashlib.sha256(data).digest()


class Keys:
    """HKDF-SHA256 with one block of output."""

    def __init__(self, key, salt):
        self.prk = hmac.new(salt, key, hashlib.sha256).digest()

    def derive(self, info):
        return hmac.new(self.prk, info + b"\x01", hashlib.sha256).digest()


def chacha20_block(key, counter, nonce):
    initial = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    x = initial[:]
    quarters = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
    quarters += [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for _ in range(10):
        for a, b, c, d in quarters:
            for p, q, r, shift in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[p] = (x[p] + x[q]) & 0xFFFFFFFF
                turned = x[r] ^ x[p]
                x[r] = (turned << shift | turned >> (32 - shift)) & 0xFFFFFFFF
    return struct.pack("<16I", *((one + other) & 0xFFFFFFFF for one, other in zip(x, initial)))


def chacha20(key, counter, nonce, data):
    blocks = -(-len(data) // 64)
    stream = b"".join(chacha20_block(key, counter + number, nonce) for number in range(blocks))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for start in range(0, len(message), 16):
        total = (total + int.from_bytes(message[start : start + 16] + b"\x01", "little")) * r % ((1 << 130) - 5)
    return (total + int.from_bytes(key[16:], "little") & ((1 << 128) - 1)).to_bytes(16, "little")


def open_box(key, nonce, box, aad=b""):
    sealed, tag = box[:-16], box[-16:]

    def padded(data):
        return data + bytes(-len(data) % 16)

    message = padded(aad) + padded(sealed) + struct.pack("<QQ", len(aad), len(sealed))
    check(hmac.compare_digest(poly1305(chacha20_block(key, 0, nonce)[:32], message), tag), "a box does not open")
    return chacha20(key, 1, nonce, sealed)


# ---- The file.


def decompress(frame, length):
    check(frame[:4] == b"\x28\xb5\x2f\xfd", "a segment does not begin as a zstd frame")
    check(frame[4] & 0x3F == 0x20, f"a frame's descriptor is {frame[4]:#x}")
    width = (1, 2, 4, 8)[frame[4] >> 6]
    stated = int.from_bytes(frame[5 : 5 + width], "little") + (256 if width == 2 else 0)
    check(stated == length, f"a frame states {stated} bytes, and the table {length}")
    plaintext = subprocess.run(["zstd", "-dc"], input=frame, stdout=subprocess.PIPE, check=True).stdout
    check(len(plaintext) == length, "a frame has another length than it states")
    return plaintext


def padme(length):
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


class Profile:
    def __init__(self, data, key=None):
        self.data, self.core = data, data[:106]
        self.read_core(key)
        self.read_tail()
        self.read_manifest()
        self.sections = {(entry["kind"], entry["part"]): self.plaintext(entry) for entry in self.table}

    def read_core(self, key):
        core = Cursor(self.core)
        check(core.take(8) == bytes.fromhex("8957424f0d0a1a0a"), "the magic is wrong")
        version, suite = u16(core), u16(core)
        check(version == 1 and suite == (key is not None), f"version {version}, suite {suite}")
        core.take(6)
        self.must_know = u64(core)
        check(self.must_know in (0, 1), "there are features that must be known")
        u64(core)
        salt, commitment = core.take(32), core.take(32)
        self.body_length = u64(core)
        core.end()
        self.keys = Keys(key, salt) if key else None
        if key:
            expected = self.keys.derive(b"wbo/1/commitment" + self.core[:66])
        else:
            check(salt == bytes(32), "a plain file has a salt")
            expected = sha256(b"wbo/1/plain" + self.core[:66])
        check(commitment == expected, "the commitment is another")

    def read_tail(self):
        data, tail = self.data[self.body_length :], Cursor(self.data[self.body_length :])
        length, self.manifest_length = u32(tail), u32(tail)
        counts = u16(tail), u16(tail)
        self.envelopes, self.seals = ([tail.take(u32(tail)) for _ in range(count)] for count in counts)
        check(length == len(data) == u32(tail), "the tail's length is another")
        check(tail.take(32) == sha256(self.core), "the core's digest is another")
        check(tail.take(32) == sha256(self.data[106 : self.body_length]), "the rest's digest is another")
        check(tail.take(32) == sha256(data[:-40]), "the tail's digest is another")
        check(tail.take(8) == b"\x89wbo-end", "the end magic is wrong")
        tail.end()

    def read_manifest(self):
        offset = self.body_length - self.manifest_length
        self.stored_manifest = self.data[offset : self.body_length]
        manifest = self.stored_manifest
        if self.keys:
            manifest = open_box(self.keys.derive(b"wbo/1/manifest"), bytes(12), manifest, self.core)
        records, cursor, last = {}, Cursor(manifest), -1
        while cursor.rest():
            tag, flags = u16(cursor), u16(cursor)
            check(tag > last, f"record {tag} stands after record {last}")
            check(flags == (tag in (1, 4, 5, 6)), f"record {tag} has flags {flags}")
            records[tag], last = cursor.take(u32(cursor)), tag
        check(records[1][:2] == b"\x01\x00", "it is another kind of document")
        self.facts = whole(FACTS, records[1][2:])
        self.device, self.user = whole(DEVICE, records[2]), whole(USER, records[3])
        self.table, padding = whole(TABLE, records[4]), whole(PADDING, records[5])
        has_undo = any((entry["kind"], entry["part"]) == (6, 0) for entry in self.table)
        check(self.must_know == has_undo, "the features are not those of the sections")
        self.author = whole(octets, records[6]) if 6 in records else None
        self.earlier = whole(EARLIER, records[7]) if 7 in records else []
        self.unknown = {tag: data for tag, data in records.items() if tag > 7}
        start = 106 + sum(segment["stored"] for entry in self.table for segment in entry["segments"])
        check(start + padding["length"] == offset, "sections and padding do not fill the body")
        self.check_filler(len(manifest), padding["filler"])
        self.check_padding(self.data[start:offset], bytes(padding["digest"]))

    def check_filler(self, length, filler):
        check(not any(filler), "the filler is not zeros")
        if self.keys:
            bare = length + 16 - len(filler)
            check(length + 16 == padme(max(bare, 4096)), "the manifest is not as long as Padmé has it")
        else:
            check(not filler, "a plain file has filler")

    def check_padding(self, padding, digest):
        check(sha256(padding) == digest, "the padding's digest is another")
        unpadded = self.body_length - len(padding)
        if self.keys:
            check(self.body_length == padme(max(unpadded, 65536)), "the padding is not as long as Padmé has it")
            stream = chacha20(self.keys.derive(b"wbo/1/padding"), 0, bytes(12), bytes(len(padding)))
            check(padding == stream, "the padding is another key stream")
        else:
            check(not padding, "a plain file has padding")

    def plaintext(self, wanted):
        at, pieces = 106, []
        for index, entry in enumerate(self.table):
            info = b"wbo/1/section" + struct.pack("<IHH", index, entry["kind"], entry["part"])
            check(len(entry["segments"]) == -(-entry["length"] // MIB), "a section has too few or too many segments")
            for number, segment in enumerate(entry["segments"]):
                stored = self.data[at : at + segment["stored"]]
                at += segment["stored"]
                if entry is not wanted:
                    continue
                check(sha256(stored) == bytes(segment["digest"]), "a segment's digest is another")
                last = number == len(entry["segments"]) - 1
                nonce = number.to_bytes(11, "big") + bytes([last])
                frame = open_box(self.keys.derive(info), nonce, stored) if self.keys else stored
                pieces.append(decompress(frame, entry["length"] - number * MIB if last else MIB))
        return b"".join(pieces)

    def statement(self):
        return b"wbo-seal-v1" + self.core + struct.pack("<I", self.manifest_length) + sha256(self.stored_manifest)

    def said(self):
        """What the file says, with the names of docs/format.md; contents are checked on the way."""
        settings = [[part, whole(SETTINGS, data)] for (kind, part), data in self.sections.items() if kind == 1]
        apps = whole(APPS, self.sections[2, 0]) if (2, 0) in self.sections else {"store": [], "desktop": []}
        notes = whole(NOTES, self.sections[3, 0]) if (3, 0) in self.sections else []
        contents = whole(INDEX, self.sections[4, 0]) if (4, 0) in self.sections else []
        bytes_of = Cursor(self.sections.get((5, 0), b""))
        for content in contents:
            check(sha256(bytes_of.take(content["size"])) == bytes(content["id"]), "a content has another digest")
        bytes_of.end()
        undo = whole(UNDO, self.sections[6, 0]) if (6, 0) in self.sections else None
        counts = {1: len, 2: lambda apps: len(apps["store"]) + len(apps["desktop"]), 3: len, 4: len, 5: len}
        counts[6] = lambda undo: len(undo["steps"])
        values = {(1, part): value for part, value in settings}
        values.update({(2, 0): apps, (3, 0): notes, (4, 0): contents, (5, 0): contents, (6, 0): undo})
        for entry in (entry for entry in self.table if entry["kind"] in counts):
            found = counts[entry["kind"]](values[entry["kind"], entry["part"]])
            check(found == entry["entries"], f"section {entry['kind']}-{entry['part']} has {found} entries")
        said = {"facts": self.facts, "device": self.device, "user": self.user, "author": self.author}
        said = {**said, "settings": settings, "apps": apps, "notes": notes, "contents": contents}
        return {**said, "undo": undo} if undo else said


# ---- The judges.


def ssh_keygen_accepts(profile):
    namespaces = ["wbo-profile", "wbo-endorse"]
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "statement").write_bytes(profile.statement())
        for seal, namespace in zip(profile.seals, namespaces):
            (place / "seal").write_bytes(armor(seal))
            command = ["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", str(place / "seal")]
            with open(place / "statement", "rb") as statement:
                result = subprocess.run(command, stdin=statement, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            check(result.returncode == 0, f"ssh-keygen refuses a seal: {result.stdout.decode().strip()}")
            with open(place / "seal", "rb") as other:
                result = subprocess.run(command, stdin=other, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            check(result.returncode != 0, "ssh-keygen accepts a seal over something else")


def armor(seal):
    body = base64.encodebytes(seal).decode().replace("\n", "")
    lines = [body[start : start + 70] for start in range(0, len(body), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


def age_opens(profile, key):
    identities = [line for line in (GOLDEN / "README.md").read_text().split("`") if line.startswith("AGE-SECRET-KEY-1")]
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "identities"
        place.write_text("\n".join(identities) + "\n")
        for envelope in profile.envelopes:
            result = subprocess.run(["age", "-d", "-i", str(place)], input=envelope, stdout=subprocess.PIPE)
            check(result.stdout == key, "age finds another key in an envelope")


def main():
    expected = json.loads((GOLDEN / "v1-plain-full.json").read_text())
    plain = Profile((GOLDEN / "v1-plain-full.wbo").read_bytes())
    encrypted = Profile((GOLDEN / "v1-encrypted-full.wbo").read_bytes(), KEY)
    rekeyed = Profile((GOLDEN / "v1-rekeyed.wbo").read_bytes(), NEW_KEY)
    for name, profile, author in [("plain", plain, True), ("encrypted", encrypted, True), ("rekeyed", rekeyed, False)]:
        said = profile.said()
        wanted = expected if author else {**expected, "author": None}
        for part, value in wanted.items():
            check(said[part] == value, f"the {name} file says something else in its {part}")
        check(set(said) == set(wanted), f"the {name} file says more than is known")
    check(plain.sections == encrypted.sections, "plain and encrypted sections differ")
    [earlier] = rekeyed.earlier
    check(bytes(earlier["statement"]) == encrypted.statement(), "the earlier body is another")
    check([bytes(seal) for seal in earlier["seals"]] == encrypted.seals, "the earlier seals are others")

    record = Profile((GOLDEN / "v1-plain-undo.wbo").read_bytes())
    check(record.said() == json.loads((GOLDEN / "v1-plain-undo.json").read_text()), "the undo file says something else")

    small = Profile((GOLDEN / "v1-plain-small.wbo").read_bytes()).said()
    [[category, [setting]]] = small["settings"]
    check((category, setting["id"]) == (10, "taskbar.alignment"), "the small file says something else")
    unknown = Profile((GOLDEN / "v1-unknown.wbo").read_bytes(), KEY)
    check(unknown.sections[4711, 7] == b"a section of some later version", "the unknown section is another")
    check(unknown.unknown == {4711: b"a record of some later version"}, "the unknown record is another")

    judged = []
    if shutil.which("ssh-keygen"):
        ssh_keygen_accepts(plain)
        ssh_keygen_accepts(encrypted)
        judged.append("ssh-keygen accepts the seals")
    if shutil.which("age"):
        age_opens(encrypted, KEY)
        age_opens(rekeyed, NEW_KEY)
        judged.append("age opens the envelopes")
    print("; ".join(["docs/format.md reads six golden files as what they are known to say", *judged]))


if __name__ == "__main__":
    sys.exit(main())
