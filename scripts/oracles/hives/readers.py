"""Programs and libraries that are not ours and read registry hives, each made to give its tree (trees.py), and what is
known to be wrong with each.

Of a library, the rawest thing that it offers is taken, so that its conversions to text and numbers do not stand between
the hive and the comparison. A fault is allowed by name, as narrowly as it can be told, and counted in the output.
"""

import datetime
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import regtext
from trees import Fault, Key, Renaming, Value, compare, read_stream, utf16, value

HERE = Path(__file__).resolve().parent


class Reader:
    """What a reader is when nothing else is said."""

    faults = []
    renamings = []
    # In 100 ns.
    written_unit = 1

    def cannot(self, keys):
        """Why this reader is not asked about a hive with these keys, or None."""

    def retell(self, keys):
        """What is expected, in the terms of the reader."""
        return keys

    def compare(self, path, expected):
        try:
            found = self.read(path)
        except Exception as error:  # Whatever a library raises, it is the reader that gave up.
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return compare(self.retell(expected), found, self.faults, self.renamings, self.written_unit)


# Without asking for the version, which would say that these two letters are data.
TAKES_DB_FOR_BIG_DATA = Fault(
    "a large value that begins with db is taken for a list of segments in version 1.3",
    "data",
    lambda ours, theirs: ours.length > 16344 and ours.data.startswith(b"db"),
)


class Unreadable(Exception):
    """A reader gives no tree for a hive."""


def cut_at_nul(name):
    return name.partition("\0")[0]


def as_windows_1252(name):
    """What becomes of a name in Latin-1 that is read as Windows-1252; a byte that means nothing there stays."""
    if all(ord(one) < 0x100 for one in name):
        return "".join(bytes([ord(one)]).decode("cp1252", "ignore") or one for one in name)
    return name


# ---- hivex


class Hivex(Reader):
    """libhivex, by the program hivex-dump.c."""

    name = "hivex"
    program = None

    def read(self, path):
        done = subprocess.run([Hivex.program, "--tree", path], capture_output=True)
        if done.returncode != 0:
            raise Unreadable(done.stderr.decode(errors="replace").strip())
        return read_stream(done.stdout)


def build_hivex(folder):
    """Compiles hivex-dump into a folder."""
    Hivex.program = str(Path(folder) / "hivex-dump")
    source = HERE / "hivex-dump.c"
    subprocess.run(["cc", "-O2", "-Wall", str(source), "-lhivex", "-ldeflate", "-o", Hivex.program], check=True)
    return Hivex.program


# ---- libregf


class Libregf(Reader):
    """libregf, by its module pyregf."""

    name = "libregf"
    faults = [
        Fault(
            "inline data of 1 to 3 bytes is taken from the end of its field",
            "data",
            lambda ours, theirs: (
                1 <= ours.length <= 3
                and theirs.data == (ours.data + bytes(4))[4 - theirs.length : 4]
                and theirs.length == ours.length + (ours.type in (1, 2) and ours.length % 2)
            ),
        ),
        Fault(
            "a string ends at its first NUL",
            "data",
            lambda ours, theirs: ours.type in (1, 2) and theirs.data == up_to_nul(ours.data),
        ),
        Fault(
            "a string of odd length gets a byte more",
            "data",
            lambda ours, theirs: ours.type in (1, 2) and ours.length % 2 and theirs.data[:-1] == ours.data,
        ),
    ]
    renamings = [
        Renaming("a key's name ends at its first NUL", cut_at_nul),
        Renaming("names in Latin-1 are read as Windows-1252", as_windows_1252),
    ]

    def read(self, path):
        import pyregf

        file = pyregf.file()
        file.open(str(path))
        keys = []

        def walk(key, path):
            values = []
            for index in range(key.number_of_values):
                one = key.get_value(index)
                values.append(value(one.name or "", one.type, one.data or b""))
            keys.append(Key(path, key.get_last_written_time_as_integer(), values))
            for index in range(key.number_of_sub_keys):
                subkey = key.get_sub_key(index)
                walk(subkey, (*path, subkey.name or ""))

        walk(file.get_root_key(), ())
        file.close()
        return keys


def up_to_nul(data):
    """A string in UTF-16 up to its first NUL and with it."""
    for at in range(0, len(data) - 1, 2):
        if data[at : at + 2] == b"\0\0":
            return data[: at + 2]
    return data


# ---- regipy


class Regipy(Reader):
    """regipy's structures and big data, without its conversions of values."""

    name = "regipy"
    faults = [TAKES_DB_FOR_BIG_DATA]

    def read(self, path):
        from regipy.registry import Int32ul, NKRecord, REGF_HEADER_SIZE, RegistryHive, VALUE_KEY

        hive = RegistryHive(str(path))
        stream = hive._stream
        keys = []

        def name_of(raw, compressed):
            return raw.decode("latin-1") if compressed else utf16(raw)

        def data_of(vk):
            if vk.data_size >= 0x80000000:
                return Int32ul.build(vk.data_offset)[: vk.data_size - 0x80000000]
            record = NKRecord.read_value(vk, stream)
            if vk.data_size > 0x3FD8 and record.value[:2] == b"db":
                return NKRecord._parse_indirect_block(stream, record)
            return record.value

        def values_of(key):
            if not key.values_count:
                return
            for index in range(key.values_count):
                stream.seek(REGF_HEADER_SIZE + 4 + key.header.values_list_offset + 4 * index)
                stream.seek(REGF_HEADER_SIZE + 4 + Int32ul.parse_stream(stream))
                vk = VALUE_KEY.parse_stream(stream)
                yield value(name_of(vk.name, vk.flags.VALUE_COMP_NAME), int(vk.data_type), data_of(vk))

        def subkeys_of(key):
            # Its walk goes on from where the stream stands, so nothing else may read before it is done.
            return list(key.iter_subkeys())

        def walk(key, path):
            keys.append(Key(path, key.header.last_modified, list(values_of(key))))
            for subkey in subkeys_of(key):
                walk(subkey, (*path, name_of(subkey.header.key_name_string, subkey.header.flags.KEY_COMP_NAME)))

        walk(hive.root, ())
        return keys


def same_start(one, other):
    length = min(len(one), len(other))
    return one[:length] == other[:length]


# ---- python-registry


class PythonRegistry(Reader):
    """python-registry, with names and times before it converts them."""

    name = "python-registry"
    faults = [
        TAKES_DB_FOR_BIG_DATA,
        Fault("types are cut to 12 bits", "type", lambda ours, theirs: theirs.type == ours.type & 0xFFF),
        Fault(
            "inline data has 4 bytes",
            "data",
            lambda ours, theirs: ours.length < 4 and theirs.length == 4 and theirs.data.startswith(ours.data),
        ),
        Fault(
            "inline REG_MULTI_SZ is empty",
            "data",
            lambda ours, theirs: ours.length <= 4 and theirs.type == 7 and theirs.length == 0,
        ),
        Fault(
            "inline REG_DWORD_BIG_ENDIAN and REG_QWORD are the field after the data, which is the type",
            "data",
            lambda ours, theirs: (
                ours.length <= 4 and theirs.type in (5, 11) and theirs.data.startswith(ours.type.to_bytes(4, "little"))
            ),
        ),
        Fault(
            "inline REG_FILETIME goes on to the end of the file",
            "data",
            lambda ours, theirs: ours.length <= 4 and theirs.type == 16 and theirs.length > 16,
        ),
        Fault(
            "divided data of types 5, 11 and 16 are the cell that lists their segments",
            "data",
            lambda ours, theirs: ours.length > 16344 and theirs.type in (5, 11, 16) and theirs.data.startswith(b"db"),
        ),
        Fault(
            "REG_DWORD that is not inline is the offset of its data",
            "data",
            lambda ours, theirs: ours.length > 4 and theirs.type == 4 and theirs.length == 4,
        ),
        Fault(
            "REG_DWORD_BIG_ENDIAN has 4 bytes and REG_QWORD 8",
            "data",
            lambda ours, theirs: (
                ours.length > 4
                and theirs.length == {5: 4, 11: 8}.get(theirs.type)
                and same_start(ours.data, theirs.data)
            ),
        ),
    ]

    def read(self, path):
        from Registry import Registry

        keys = []

        def name_of(record, offset, length):
            raw = record.unpack_string(offset, length)
            return raw.decode("latin-1") if record.has_ascii_name() else utf16(raw)

        def values_of(key):
            for one in key.values():
                record = one._vkrecord
                name = name_of(record, 0x14, record.unpack_word(0x2))
                yield value(name, record.data_type(), bytes(record.raw_data() or b""))

        def walk(key, path):
            record = key._nkrecord
            keys.append(Key(path, record.unpack_qword(0x4), list(values_of(key))))
            for subkey in key.subkeys():
                record = subkey._nkrecord
                walk(subkey, (*path, name_of(record, 0x4C, record.unpack_word(0x48))))

        walk(Registry.Registry(str(path)).root(), ())
        return keys


# ---- reglookup


class Reglookup(Reader):
    """reglookup, which prints text as ASCII with %XX and does not tell how a string ends; so what it prints is compared
    with what it should print, and data is left out where that cannot be foreseen."""

    name = "reglookup"
    faults = [
        Fault("times before 1970 are 1970", "written", lambda ours, theirs: ours < UNIX_EPOCH and theirs == UNIX_EPOCH),
        Fault(
            "of data of more than 1 MiB a part is printed, with what was in memory, another in each run",
            "data",
            # As printed, each byte takes one to three characters.
            lambda ours, theirs: ours.length > theirs.length > 1 << 20,
        ),
    ]
    renamings = [Renaming("a name ends at its first NUL", cut_at_nul)]
    # It prints whole seconds.
    written_unit = 10_000_000

    def retell(self, keys):
        return [
            Key(
                tuple(map(printed_name, key.path)),
                key.written,
                [told(printed_name(one.name), one.type, printed_data(one)) for one in key.values],
            )
            for key in keys
        ]

    def read(self, path):
        command = ["reglookup", "-H", str(path)]
        done = subprocess.run(command, capture_output=True, env=os.environ | {"LC_ALL": "C", "TZ": "UTC"})
        if done.returncode != 0:
            raise Unreadable(done.stderr.decode(errors="replace")[-200:].strip())
        keys = []
        for line in done.stdout.decode("ascii").splitlines():
            path, type, data, written = line.split(",")
            if type == "KEY":
                keys.append(Key(() if path == "/" else tuple(path.split("/")[1:]), filetime(written), []))
            else:
                number = REGLOOKUP_TYPES.get(type)
                name = path[len("/".join(("", *keys[-1].path)) or "/") + 1 :]
                keys[-1].values.append(told(name, int(type, 16) if number is None else number, data))
        return keys


# As a FILETIME.
UNIX_EPOCH = 116_444_736_000_000_000
REGLOOKUP_TYPES = {
    "NONE": 0,
    "SZ": 1,
    "EXPAND_SZ": 2,
    "BINARY": 3,
    "DWORD": 4,
    "DWORD_BE": 5,
    "LINK": 6,
    "MULTI_SZ": 7,
    "RSRC_LIST": 8,
    "RSRC_DESC": 9,
    "RSRC_REQ_LIST": 10,
    "QWORD": 11,
}


def told(name, type, text):
    """A value of which a program prints `text`, or of which it cannot be foreseen what it prints."""
    return Value(name, type, None, None) if text is None else value(name, type, text.encode())


def printed_name(name):
    name = cut_at_nul(name)
    encoding = "latin-1" if all(ord(one) < 0x100 for one in name) else "utf-16-le"
    return quote(name.encode(encoding, "surrogatepass"), b"/")


def printed_data(one):
    if one.length == 0:
        return None
    if one.type in (1, 2) and one.length % 2 == 0:
        text = utf16(one.data)
        return quote(cut_at_nul(text).encode()) if text.isascii() else quote(one.data, b"|")
    if one.type == 4 and one.length == 4:
        return f"0x{int.from_bytes(one.data, 'little'):08X}"
    if one.type == 11 and one.length == 8:
        return f"0x{int.from_bytes(one.data, 'little'):016X}"
    if one.type == 3:
        return quote(one.data)
    if one.type > 11:
        return quote(one.data, b"|")
    return None


def quote(data, special=b""):
    return "".join(chr(one) if 32 <= one < 127 and one not in b'",%' + special else f"%{one:02X}" for one in data)


def filetime(text):
    epoch = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)
    since = datetime.datetime.fromisoformat(text + "+00:00") - epoch
    return (since.days * 86400 + since.seconds) * 10_000_000


# ---- chntpw


class Reged(Reader):
    """reged of chntpw, by what it exports as .reg."""

    name = "reged"
    faults = [
        Fault(
            "a string ends at its first NUL, and has one",
            "data",
            lambda ours, theirs: ours.type == 1 and theirs.data == up_to_nul(ours.data[: ours.length & ~1] + b"\0\0"),
        ),
        Fault(
            "big data is not known",
            "data",
            lambda ours, theirs: ours.length > 16344 and theirs.data.startswith(b"db"),
        ),
    ]

    def cannot(self, keys):
        if not all(name.isascii() and name.isprintable() for key in keys for name in key.path):
            return "it stops at keys with names beyond ASCII"
        return None

    def retell(self, keys):
        """It writes every string as text and every REG_DWORD as four bytes, which some data is not."""

        def tells(one):
            if one.type == 1:
                return is_text(one.data)
            return one.type != 4 or one.length == 4

        return [
            key._replace(values=[one if tells(one) else told(one.name, one.type, None) for one in key.values])
            for key in keys
        ]

    def read(self, path):
        with tempfile.TemporaryDirectory() as folder:
            out = f"{folder}/out.reg"
            done = subprocess.run(["reged", "-x", str(path), "ROOT", "\\", out], capture_output=True)
            if done.returncode < 0 or not os.path.exists(out):
                raise Unreadable(f"exit code {done.returncode}")
            with open(out, encoding="latin-1", newline="") as text:
                return regtext.parse(text.read(), "ROOT", of_text=utf8_in_latin1)


def is_text(data):
    try:
        data.decode("utf-16-le")
    except UnicodeDecodeError:
        return False
    return True


def utf8_in_latin1(text):
    """The data of a string, in a file whose names are Latin-1 and whose strings are UTF-8."""
    return text.encode("latin-1").decode("utf-8", "replace").encode("utf-16-le") + b"\0\0"


# ---- samba


class Samba(Reader):
    """regshell of samba's registry-tools, by the subkeys that it lists of the root. It ends itself at a list of lists
    that are not li (regf.c:736), so it is not asked about many subkeys. regtree, which lists all keys, also does so
    at a QWORD that is not 8 bytes long (util.c:50)."""

    name = "samba"

    def cannot(self, keys):
        names = [key.path[0] for key in keys if len(key.path) == 1]
        if len(names) > 500:
            return "it ends itself at an index root of hash leaves"
        if not all(name.isascii() and name.isprintable() for name in names):
            return "it changes names beyond ASCII"
        return None

    def retell(self, keys):
        return [Key(key.path, None, []) for key in keys if len(key.path) <= 1]

    def read(self, path):
        # It opens hives for writing.
        with tempfile.TemporaryDirectory() as folder:
            copy, settings = Path(folder, "hive"), Path(folder, "smb.conf")
            shutil.copyfile(path, copy)
            settings.write_text("")
            command = ["regshell", "-s", str(settings), "-F", str(copy)]
            done = subprocess.run(command, input=b"ls\nquit\n", capture_output=True)
        if done.returncode != 0:
            raise Unreadable(f"exit code {done.returncode}: " + done.stderr.decode(errors="replace")[:200].strip())
        names = [line[2:] for line in done.stdout.decode("utf-8", "replace").split("\n") if line.startswith("K ")]
        return [Key((), None, [])] + [Key((name,), None, []) for name in names]


ALL = [Hivex, Libregf, Regipy, PythonRegistry, Reglookup, Reged, Samba]
