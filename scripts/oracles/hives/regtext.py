"""The text format of .reg files, as far as other programs write it and these oracles need it."""

import re
import struct

from trees import Key, value

HEADER = "Windows Registry Editor Version 5.00"
KINDS = {"hex": 3, "dword": 4}


def write(entries, root):
    """A .reg file as text. `entries` are, in order, tuples of what to do: ("key", path), ("delete key", path),
    ("value", path, name, type, data) and ("delete value", path, name); `root` is the name of the hive's root key."""
    lines, current = [HEADER, ""], None
    for what, path, *rest in entries:
        if what == "delete key":
            lines += ["", "[-" + "\\".join((root, *path)) + "]"]
            current = None
            continue
        if what == "key" or path != current:
            lines += ["", "[" + "\\".join((root, *path)) + "]"]
            current = path
        if what == "value":
            name, type, data = rest
            lines.append(f"{quoted(name)}={spelled(type, data)}")
        elif what == "delete value":
            lines.append(f"{quoted(rest[0])}=-")
    return "\r\n".join([*lines, "", ""])


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' if name else "@"


def spelled(type, data):
    """One spelling of the several that a value may have: dword and text where they fit, else hexadecimal digits."""
    if type == 4 and len(data) == 4:
        return f"dword:{struct.unpack('<I', data)[0]:08x}"
    if type == 1 and (text := plain_text(data)) is not None:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    kind = "hex" if type == 3 else f"hex({type:x})"
    return f"{kind}:" + data.hex(",")


def plain_text(data):
    """The text of a string that ends with its only NUL and has nothing that a line cannot hold."""
    if len(data) < 2 or len(data) % 2:
        return None
    text = data.decode("utf-16-le", "surrogatepass")
    if text[-1] != "\0" or any(one < " " or "\ud800" <= one <= "\udfff" for one in text[:-1]):
        return None
    return text[:-1]


ENTRY = re.compile(
    r"""
    \[(?P<key>[^\r\n]*)\]\r?\n                              # [HKEY_…\…] or [-HKEY_…\…]
    | (?:@|"(?P<name>(?:[^\\"]|\\.)*)")=                    # @= or "name"=
      (?: "(?P<text>(?:[^\\"]|\\.)*)"
        | (?P<kind>hex|dword)(?:\((?P<type>[0-9a-fA-F]+)\))?:(?P<digits>(?:[0-9a-fA-F,\ \t]|\\\r?\n)*)
        | (?P<nothing>-)
      ) [ ]*(?:\r?\n|(?=["@]))                              # reged ends no line after a value without data
    """,
    re.VERBOSE | re.DOTALL,
)


def parse(text, root, of_text=None, deleted=None):
    """The tree of a .reg file that another program has exported: keys in its order, without times. `of_text` makes the
    data of a string; without it, that is UTF-16 with a NUL. To `deleted` go path and name of each value that the file
    deletes."""
    of_text = of_text or (lambda text: text.encode("utf-16-le", "surrogatepass") + b"\0\0")
    keys, at = [], 0
    while at < len(text):
        found = ENTRY.match(text, at)
        if not found:
            line = text[at : text.find("\n", at) + 1 or len(text)]
            if line.strip() and not line.startswith((HEADER, "REGEDIT4", ";")):
                raise ValueError(f"not understood in a .reg file: {line[:200]!r}")
            at += len(line)
            continue
        at = found.end()
        if found["key"] is not None:
            path = found["key"][len(root) :].split("\\")[1:] if found["key"] != root else []
            if not found["key"].startswith(root):
                raise ValueError(f"a key that is not below {root}: {found['key']!r}")
            keys.append(Key(tuple(one for one in path if one or path != [""]), None, []))
        elif found["nothing"] is None:
            keys[-1].values.append(parsed_value(found, of_text))
        elif deleted is not None:
            deleted.append((keys[-1].path, unescaped(found["name"] or "")))
    return keys


def parsed_value(found, of_text):
    name = unescaped(found["name"] or "")
    if found["kind"] is None:
        return value(name, 1, of_text(unescaped(found["text"])))
    type = int(found["type"], 16) if found["type"] else KINDS[found["kind"]]
    if found["kind"] == "dword":
        return value(name, type, struct.pack("<I", int(found["digits"], 16)))
    return value(name, type, bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", found["digits"])))


def unescaped(text):
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
