#!/usr/bin/env python3
"""Verifies evidence that `kulku-controller log export` wrote, without any part of Kulku.

    verify-log.py FILE [--key PUBLIC.pem]

Needs Python 3.8 and, for the signatures of the seals, the program openssl (3.0 or later). docs/LOG.md says what is
computed. Exit codes: 0 everything fits, 1 something does not (the line is named), 2 used wrongly.
"""

import argparse
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile

START = bytes(32)
KINDS = [
    None, "exit-pressed", None, None, "closed", "journal-slow", "started", "stopped", "reader-blind",
    "reader-recovered", "whitelist-applied", "state-applied", "messages-refused", None, "presented", "entered",
    "not-entered", "held-warning", "held-open", "held-cleared", "forced-open", "forced-cleared", None, None,
    "mode-changed", "locked-out", "forgiven", "epoch-began", "events-dropped", "clock-stepped", "list-too-old",
    "list-confirmed", "file-rebuilt",
]
RAISED = ["tamper", "mains-lost", "battery-low", "fire", "exit-button-stuck", "contact-fault", "disk-refuses"]
CLEARED = ["tamper-cleared", "mains-restored", "battery-good", "fire-cleared", "exit-button-freed", "contact-mended",
           "disk-mended"]


class Wrong(Exception):
    """What does not fit."""


def need(fits, what):
    if not fits:
        raise Wrong(what)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unhex(text, length=None):
    data = bytes.fromhex(text)
    need(length is None or len(data) == length, "a value has the wrong length")
    return data


def u64(number):
    return struct.pack("<Q", number)


def i64(number):
    return struct.pack("<q", number)


def short(text):
    data = text.encode()
    return bytes([len(data)]) + data


class Reader:
    """postcard: varints of seven bits a byte, lowest first; signed numbers zigzag."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        need(self.at < len(self.data), "the event is cut off")
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self):
        value = self.number()
        return (value >> 1) ^ -(value & 1)


def event(body):
    """Sequence, time, code and reasons of an event in wire form (docs/PROTOCOL.md, section 4)."""
    read = Reader(body)
    sequence, _boot, _mono, at_ms = read.number(), read.number(), read.number(), read.signed()
    _trust, _list, _state, _mode, kind = (read.number() for _ in range(5))
    if kind == 0:
        _side, presented = read.number(), read.number()
        if presented == 2:
            read.byte()
        _credential, reasons = read.number(), read.number()
        return sequence, at_ms, "denied" if reasons else "granted", reasons or None
    if kind == 2:
        _id, _action, refused = read.number(), read.number(), read.byte()
        code = "command-refused" if refused else "command-followed"
    elif kind == 3:
        code = "opened" if read.byte() else "opened-unreleased"
    elif kind == 13:
        _job, outcome = read.number(), read.number()
        code = "encoding-failed" if outcome else "encoded"
    elif kind in (22, 23):
        code = (RAISED if kind == 22 else CLEARED)[read.number()]
    else:
        code = KINDS[kind]
    return sequence, at_ms, code, None


class Log:
    """Walks the lines of one file."""

    def __init__(self):
        self.first = None
        self.row, self.head = 0, START
        self.heads, self.journals, self.seal = {}, {}, None
        self.rows = self.between = self.seals = self.unlinked = self.erased = 0

    def line(self, value):
        if self.first is None:
            need(value.get("kulku") == "log-export" and value.get("version") == 1, "this is no log export of version 1")
            self.first = value
            self.row, self.head = value["after"]["row"], unhex(value["after"]["head"], 32)
            need(self.row > 0 or self.head == START, "the chain does not start from nothing")
            self.heads[self.row] = self.head
        elif "seal" in value:
            self.sealed(value)
        elif "row" in value:
            self.chained(value)
        else:
            raise Wrong("a line of an unknown kind")

    def chained(self, value):
        need(value["row"] == self.row + 1, f"row {self.row + 1} is missing")
        if "digest" in value:
            need(not self.first["from"] <= value["row"] <= self.first["to"], "a row that was asked for is held back")
            digest = unhex(value["digest"], 32)
            self.between += 1
        else:
            digest = self.whole(value)
            self.rows += 1
        self.row = value["row"]
        self.head = sha(b"kulku/log/v2", self.head, digest)
        need(self.head == unhex(value["head"], 32), "it was changed: it does not fit its head")
        self.heads[self.row] = self.head

    def whole(self, value):
        body, link = unhex(value["body"]), unhex(value["link"], 32)
        epoch, sequence = int(value["epoch"], 16), value["sequence"]
        commitment = unhex(value["commitment"], 32) if value["commitment"] is not None else None
        said = (sequence, value["at_ms"], value["code"], value["reasons"])
        need(event(body) == said, "sequence, time, code or reasons are not those of the event")
        if commitment is None:
            need(value["uid"] is None and value["salt"] is None, "there is a card without a commitment")
        elif value["uid"] is None:
            self.erased += 1
        else:
            card = sha(b"kulku/subject/v1", unhex(value["salt"], 16), unhex(value["uid"]))
            need(card == commitment, "the card is not the one of the event")
        self.linked(value, epoch, sequence, body, commitment, link)
        flags = bytes([commitment is not None]), commitment or bytes(32)
        return sha(b"kulku/row/v2", u64(value["row"]), short(value["door"]), u64(epoch), u64(sequence),
                   i64(value["received_ms"]), struct.pack("<I", len(body)), body, *flags, link,
                   bytes([value["link_ok"]]))

    def linked(self, value, epoch, sequence, body, commitment, link):
        journal = value["door"], epoch
        before = self.journals.get(journal)
        if value["link_ok"]:
            if before is None:
                need(value["link_before"] is not None, "the link before its door's first event here is missing")
                before = sequence - 1, unhex(value["link_before"], 32)
                need(sequence > 1 or before[1] == START, "a journal does not start from nothing")
            need(before[0] + 1 == sequence, "events of its door are missing before it")
            own = sha(b"kulku/event/v1", before[1], u64(epoch), body, commitment or bytes(32))
            need(own == link, "it does not follow in the chain of its door")
        else:
            self.unlinked += 1
        self.journals[journal] = sequence, link

    def sealed(self, value):
        key = unhex(value["public_key"], 32)
        signed = b"".join([
            b"kulku/seal/v1", short(self.first["site"]), u64(value["seal"]), i64(value["day"]), i64(value["made_ms"]),
            u64(value["row"]), unhex(value["head"], 32), u64(value["change"]), unhex(value["change_head"], 32),
            unhex(value["previous"], 32), key,
        ])
        signature = unhex(value["signature"], 64)
        need(key in self.keys, "it is sealed by a key that was not given")
        need(openssl(key, signed, signature), "the signature is not good")
        if self.seal is not None:
            number, digest = self.seal
            need(number + 1 == value["seal"] and digest == unhex(value["previous"], 32), "a seal before it is missing")
        need(value["row"] in self.heads, "it seals a row that is not here")
        need(self.heads[value["row"]] == unhex(value["head"], 32), "it seals another log")
        self.seal = value["seal"], sha(signed, signature)
        self.newest = value["row"], value["day"]
        self.seals += 1


def pem_key(path):
    der = subprocess.run(["openssl", "pkey", "-pubin", "-in", path, "-outform", "DER"], capture_output=True, check=True)
    return der.stdout[-32:]


def openssl(key, signed, signature):
    der = bytes.fromhex("302a300506032b6570032100") + key
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("key", "signed", "signature")]
        for name, data in zip(names, (der, signed, signature)):
            with open(name, "wb") as file:
                file.write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0], "-rawin",
                               "-in", names[1], "-sigfile", names[2]], capture_output=True, check=False)
        return done.returncode == 0


def main():
    arguments = argparse.ArgumentParser(description="Verifies a log export of Kulku.")
    arguments.add_argument("file")
    arguments.add_argument("--key", action="append", default=[], metavar="PUBLIC.pem",
                           help="a key that you trust; without it the file's own is taken, and only shows that it is whole")
    options = arguments.parse_args()
    log = Log()
    number = 0
    try:
        log.keys = {pem_key(path) for path in options.key}
        with open(options.file, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                value = json.loads(line)
                if not log.keys:
                    log.keys = {unhex(value["public_key"], 32)}
                log.line(value)
        need(log.first is not None, "the file is empty")
        need(log.row >= log.first["to"], f"rows after {log.row} are missing")
    except (Wrong, ValueError, KeyError, TypeError, IndexError, OverflowError, struct.error) as wrong:
        print(f"line {number}: {wrong}", file=sys.stderr)
        return 1
    print(f"{log.rows} rows of {log.first['site']} are whole, {log.between} more are between them and the seals.")
    if log.unlinked:
        print(f"{log.unlinked} were marked when they came: they do not follow upon the event before at their door.")
    if log.erased:
        print(f"In {log.erased} the card was erased; the commitment is there.")
    if log.seals and log.newest[0] >= log.first["to"]:
        print(f"Sealed by {log.seals} seals, the newest through row {log.newest[0]}.")
    else:
        print("No seal covers the last rows.")
    if not options.key:
        print("The key is the file's own. Compare it with one that you had before: " + next(iter(log.keys)).hex())
    return 0


if __name__ == "__main__":
    sys.exit(main())
