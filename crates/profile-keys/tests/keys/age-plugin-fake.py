#!/usr/bin/env python3
"""A plugin for tests, which hides a file key from nobody: it flips its bits.

It is installed under several names, and does by its name: `quiet` wraps and opens, `asking` asks everything that a
plugin may ask before it opens, `labels` refuses company, `refusing` fails in its own words, `dying` exits.
"""

import base64
import sys

NAME = sys.argv[0].rpartition("age-plugin-")[2]


def read():
    """The next stanza: its words and its body."""
    words = sys.stdin.readline().split()[1:]
    body = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        body += line
        if len(line) < 64:
            return words, base64.b64decode(body + "=" * (-len(body) % 4))


def write(*words, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at : at + 64] for at in range(0, len(text) + 1, 64)]
    print("->", *words)
    print("\n".join(lines), flush=True)


def ask(*words, body=b""):
    write(*words, body=body)
    return read()


def read_all():
    stanzas = []
    while True:
        words, body = read()
        if words == ["done"]:
            return stanzas
        stanzas.append((words, body))


def flip(key):
    return bytes(byte ^ 0xFF for byte in key)


def wrap():
    for words, body in read_all():
        if words[0] == "wrap-file-key":
            if NAME == "labels":
                ask("labels", "apart")
            ask("recipient-stanza", "0", NAME, body=flip(body))


def unwrap():
    for words, body in read_all():
        if words[0] == "recipient-stanza" and words[2] == NAME:
            if NAME == "asking":
                ask("msg", body=b"touch it")
                yes, no = (base64.b64encode(word).decode().rstrip("=") for word in (b"go on", b"stop"))
                assert ask("confirm", yes, no, body=b"really?")[0] == ["ok", "yes"]
                assert ask("request-public", body=b"which slot")[1] == b"1234"
                assert ask("request-secret", body=b"the PIN")[1] == b"1234"
            ask("file-key", "0", body=flip(body))


if NAME == "dying":
    sys.exit(1)
elif NAME == "refusing":
    read_all()
    ask("error", "internal", body=b"no token is plugged in")
elif sys.argv[1] == "--age-plugin=recipient-v1":
    wrap()
else:
    unwrap()
write("done")
