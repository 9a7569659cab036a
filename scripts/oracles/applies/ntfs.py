"""A volume of NTFS in a file, and who may do what with the files on it, in the form that NTFS keeps."""

import ctypes
import os
import struct
import subprocess
import time
from typing import NamedTuple

from judging import Failed

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.getxattr.restype = ctypes.c_ssize_t
ACL = "system.ntfs_acl"
ATTRIBUTES = "system.ntfs_attrib_be"
HIDDEN, SYSTEM, DIRECTORY, ARCHIVE = 0x2, 0x4, 0x10, 0x20
# Attributes that say how a file is stored, and what the driver adds by itself.
STORAGE = 0x10 | 0x80 | 0x200 | 0x800

LOCAL_SYSTEM, ADMINISTRATORS, USERS = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545"
EVERYONE, AUTHENTICATED, CREATOR = "S-1-1-0", "S-1-5-11", "S-1-3-0"
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
ALL, READ, GENERIC_ALL = 0x1F01FF, 0x1200A9, 0x10000000
# Of an entry: for files, for folders, not further, not here, inherited.
OI, CI, NP, IO, INHERITED = 1, 2, 4, 8, 16
# Of a descriptor: a list, one that came down, one to which nothing comes down, all in one piece.
PRESENT, CAME_DOWN, PROTECTED, SELF_RELATIVE = 0x4, 0x400, 0x1000, 0x8000


class Ace(NamedTuple):
    """Somebody is allowed something."""

    flags: int
    mask: int
    sid: str


class Descriptor(NamedTuple):
    owner: str
    group: str
    protected: bool
    aces: list


def sid_bytes(text):
    parts = [int(part) for part in text.split("-")[2:]]
    return struct.pack(">BBHI", 1, len(parts) - 1, 0, parts[0]) + struct.pack(f"<{len(parts) - 1}I", *parts[1:])


def sid_text(data):
    count = data[1]
    return "-".join(map(str, ["S-1", int.from_bytes(data[2:8], "big"), *struct.unpack_from(f"<{count}I", data, 8)]))


def pack(descriptor):
    owner, group = sid_bytes(descriptor.owner), sid_bytes(descriptor.group)
    aces = b""
    for ace in descriptor.aces:
        sid = sid_bytes(ace.sid)
        aces += struct.pack("<BBHI", 0, ace.flags, 8 + len(sid), ace.mask) + sid
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), len(descriptor.aces), 0) + aces
    control = SELF_RELATIVE | PRESENT | CAME_DOWN | (PROTECTED if descriptor.protected else 0)
    at = 20 + len(acl)
    return struct.pack("<BBHIIII", 1, 0, control, at, at + len(owner), 0, 20) + acl + owner + group


def unpack(data):
    revision, _, control, owner, group, _, dacl = struct.unpack_from("<BBHIIII", data)
    if revision != 1 or not control & SELF_RELATIVE or not control & PRESENT or not dacl:
        raise Failed(f"no descriptor with a list: {data.hex()}")
    size, count = struct.unpack_from("<HH", data, dacl + 2)
    aces, at = [], dacl + 8
    for _ in range(count):
        kind, flags, length, mask = struct.unpack_from("<BBHI", data, at)
        if kind != 0:
            raise Failed(f"an entry of kind {kind}: {data.hex()}")
        aces.append(Ace(flags, mask, sid_text(data[at + 8 : at + length])))
        at += length
    if at > dacl + size:
        raise Failed(f"the entries do not fit into their list: {data.hex()}")
    return Descriptor(sid_text(data[owner:]), sid_text(data[group:]), bool(control & PROTECTED), aces)


def given(folder, is_folder):
    """What something new gets in a folder with this descriptor, from the folder's owner ([MS-DTYP] 2.5.3.4)."""
    aces = []
    for ace in folder.aces:
        to_folders, to_files = ace.flags & CI, ace.flags & OI
        if not (to_folders or to_files if is_folder else to_files):
            continue
        further = ace.flags & (OI | CI) if is_folder and not ace.flags & NP else 0
        if is_folder and not to_folders:
            # What is meant for files alone is handed on.
            if further:
                aces.append(Ace(OI | IO | INHERITED, ace.mask, ace.sid))
            continue
        mask = ALL if ace.mask == GENERIC_ALL else ace.mask
        if ace.sid == CREATOR or mask != ace.mask:
            sid = folder.owner if ace.sid == CREATOR else ace.sid
            aces.append(Ace(INHERITED, mask, sid))
            if further:
                aces.append(Ace(further | IO | INHERITED, ace.mask, ace.sid))
        else:
            aces.append(Ace(further | INHERITED, ace.mask, ace.sid))
    return Descriptor(folder.owner, folder.group, False, aces)


def stored(path):
    """Python's own os.getxattr begins with 128 bytes, and to that ntfs-3g says that reading failed."""
    data = ctypes.create_string_buffer(1 << 16)
    length = LIBC.getxattr(os.fsencode(path), ACL.encode(), data, len(data))
    if length < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
    return data.raw[:length]


def at(path):
    return unpack(stored(path))


def set_at(path, descriptor):
    os.setxattr(path, ACL, pack(descriptor))


def attributes(path):
    return int.from_bytes(os.getxattr(path, ATTRIBUTES), "big")


def set_attributes(path, value):
    os.setxattr(path, ATTRIBUTES, value.to_bytes(4, "big"))


class Volume:
    """A volume that is mounted at a folder."""

    def __init__(self, image, folder, megabytes):
        self.image, self.folder = image, folder
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkntfs", "--quiet", "--force", "--fast", image], check=True, capture_output=True)

    def mount(self):
        """Mounts it; gives the reason where that cannot be done."""
        done = subprocess.run(["ntfs-3g", self.image, self.folder], capture_output=True, text=True, check=False)
        return done.stderr.strip() or f"ntfs-3g ended with {done.returncode}" if done.returncode else None

    def unmount(self):
        for _ in range(50):
            command = ["fusermount", "-u", str(self.folder)]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        else:
            subprocess.run(["umount", str(self.folder)], check=True)
        self.settled()

    def settled(self):
        """The driver writes on when its folder is free already; it holds the image until it has ended."""
        for _ in range(200):
            if subprocess.run(["fuser", "-s", self.image], capture_output=True, check=False).returncode != 0:
                return
            time.sleep(0.05)

    def again(self):
        """Mounts it anew, so that nothing is seen that is not on it."""
        self.unmount()
        if why := self.mount():
            raise Failed(f"the volume cannot be mounted again: {why}")
