#!/usr/bin/env python3
"""Checks an archive of `manage.py export_audit` without Countersign, network or any package.

    python3 verify_audit.py ARCHIVE [--key PUBLIC_KEY] [--head HASH]...

Ends with 0 when all is in order, 1 when anything is wrong, 2 when the archive cannot be read (see docs/auditors.md).
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from hashlib import sha256, sha512

FORMAT = "countersign-audit-1"
NOTHING_BEFORE = "0" * 64

# Ed25519 (RFC 8032), verification only. Points are (X, Y, Z, T) on the twisted Edwards curve -x² + y² = 1 + dx²y².

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    k = 2 * D * a[3] * b[3] % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - k, z + k, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def point_of(encoded):
    """The point, or None where there is none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(message, signature, key):
    if len(signature) != 64 or len(key) != 32:
        return False
    nonce, public = point_of(signature[:32]), point_of(key)
    s = int.from_bytes(signature[32:], "little")
    if nonce is None or public is None or s >= ORDER:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(nonce, times(challenge, public))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# The archive


class Findings:
    def __init__(self):
        self.said = []

    def say(self, sentence):
        self.said.append(sentence)
        print(f"WRONG  {sentence}")


def check_manifest(archive, key, found):
    """The manifest, with what it says of files and signature checked."""
    content = archive.read("manifest.json")
    manifest = json.loads(content)
    if manifest.get("format") != FORMAT:
        found.say(f"The archive is of the format {manifest.get('format')}, not {FORMAT}.")
    own = manifest.get("public_key") or ""
    if not is_signed(content, unhex(archive.read("manifest.sig").decode("ascii", "replace")), unhex(own)):
        found.say("The signature does not fit the manifest: the archive was changed after it was made.")
    if key and key.lower() != own:
        found.say(f"The archive is signed by the key {own}, not by the one given.")
    files = manifest["files"]
    if sorted(archive.namelist()) != sorted([*files, "manifest.json", "manifest.sig"]):
        found.say("The archive holds other files than the manifest names.")
    for name in sorted(set(files) & set(archive.namelist())):
        digest = sha256()
        with archive.open(name) as file:
            while part := file.read(1 << 20):
                digest.update(part)
        if digest.hexdigest() != files[name]:
            found.say(f"{name} is not what the manifest says.")
    return manifest


def unhex(text):
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        return b""


def body_of(seal):
    blocks = [
        [b["id"], b["table"], b["columns"], b["first"], b["last"], len(b["ids"]), b["sha256"]] for b in seal["blocks"]
    ]
    names = ("at", "id", "number", "organization")
    said = {"blocks": sorted(blocks, key=lambda block: block[0]), **{name: seal[name] for name in names}}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


class Rows:
    """Reads the rows of each table in the order in which they were sealed, and keeps what certificates rest on."""

    def __init__(self, archive, found):
        self.archive, self.found, self.open, self.count = archive, found, {}, 0
        self.kept = {"finance_closureconfirmation": {}, "governance_gatedecision": {}}

    def next(self, table):
        if table not in self.open:
            name = f"rows/{table}.jsonl"
            self.open[table] = self.archive.open(name) if name in self.archive.namelist() else None
        file = self.open[table]
        return file.readline().rstrip(b"\n") if file else b""

    def check(self, block):
        hashes, table, ids = unhex(block["hashes"]), block["table"], block["ids"]
        digest = sha256(",".join(map(str, ids)).encode() + b"\n" + hashes).hexdigest()
        fits = len(hashes) == 32 * len(ids) and [*ids[:1], *ids[-1:]] == [block["first"], block["last"]]
        if digest != block["sha256"] or not fits:
            self.found.say(f"The list {block['id']} of sealed rows of {table} was changed.")
        for place, row_id in enumerate(ids):
            line = self.next(table)
            self.count += 1
            if line in (b"", b"null"):
                self.found.say(f"{table} {row_id} was sealed and is gone.")
            elif sha256(line).digest() != hashes[32 * place : 32 * place + 32]:
                self.found.say(f"{table} {row_id} is not what was sealed.")
            elif table in self.kept:
                row = dict(zip(block["columns"], json.loads(line)[1:], strict=True))
                self.kept[table][row["id"]] = row

    def rest(self):
        """Lines behind the last sealed row, and files that no seal names."""
        for name in self.archive.namelist():
            table = name[5:-6] if name.startswith("rows/") else None
            if table is not None and self.next(table):
                self.found.say(f"{name} holds rows that no seal covers.")


def check_chain(archive, manifest, heads, rows, found):
    """Every seal from the first to the head; returns how many."""
    previous, number, known = NOTHING_BEFORE, 0, set()
    with archive.open("seals.jsonl") as lines:
        for line in lines:
            seal = json.loads(line)
            number += 1
            if seal["number"] != number or seal["previous"] != previous:
                found.say(f"Seal {seal['number']} does not follow seal {number - 1}.")
            if seal["organization"] != manifest["organization"]["id"]:
                found.say(f"Seal {seal['number']} is of another organization.")
            linked = sha256(unhex(seal["previous"]) + sha256(body_of(seal).encode()).digest()).hexdigest()
            if linked != seal["hash"]:
                found.say(f"Seal {seal['number']} is not what it was when it was written.")
            for block in sorted(seal["blocks"], key=lambda one: one["id"]):
                rows.check(block)
            previous, number = seal["hash"], seal["number"]
            known.add(previous)
    rows.rest()
    head = manifest["head"] or {"number": 0, "hash": NOTHING_BEFORE}
    if (head["number"], head["hash"]) != (number, previous):
        found.say("The chain does not end with the head of the manifest.")
    for given in heads:
        if given not in known:
            found.say(f"The head {given} is not in the chain: the end was cut off, or it is of another organization.")
    return number


def check_certificates(archive, rows, found):
    """Each certificate against its sealed confirmation, the picture it is bound to and the decision; how many."""
    confirmations, decisions = rows.kept.values()
    seen = set()
    for line in archive.read("certificates.jsonl").splitlines():
        said = json.loads(line)
        name, own = f"The certificate of {said['measure']}", str(said["confirmation"])
        seen.add(own)
        if (row := confirmations.get(own)) is None:
            found.say(f"{name} rests on a confirmation that is not sealed.")
            continue
        if any(str(said[key]) != row[key] for key in ("sha256", "measure_id", "outcome", "run_rate", "on")):
            found.say(f"{name} says something else than the sealed confirmation.")
        picture = json.loads(row["snapshot"])
        bound = {key: picture.get(key) for key in ("gate", "relevant", "closing")}
        text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if sha256(text.encode()).hexdigest() != row["sha256"]:
            found.say(f"{name}: the picture of the measure does not have the hash it is bound to.")
        bound_to = (row["measure_id"], "5", row["sha256"])
        if not any((one["measure_id"], one["to_stage"], one["sha256"]) == bound_to for one in decisions.values()):
            found.say(f"{name}: no sealed decision closes the measure on the same picture.")
    for lacking in sorted(set(confirmations) - seen, key=int):
        found.say(f"The sealed confirmation {lacking} has no certificate in the archive.")
    return len(seen)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Checks an exported trail offline.")
    parser.add_argument("archive")
    parser.add_argument("--key", help="the installation's public key, as its page shows it")
    parser.add_argument("--head", action="append", default=[], help="a head hash known from outside, such as a digest")
    wanted = parser.parse_args(arguments)
    found = Findings()
    try:
        with zipfile.ZipFile(wanted.archive) as archive:
            manifest = check_manifest(archive, wanted.key, found)
            rows = Rows(archive, found)
            seals = check_chain(archive, manifest, [head.strip().lower() for head in wanted.head], rows, found)
            certificates = check_certificates(archive, rows, found)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, zipfile.BadZipFile) as error:
        print(f"The archive cannot be read: {type(error).__name__}: {error}")
        return 2
    print(f"Checked: signature, file hashes, {seals} seals, {rows.count} rows, {certificates} closure certificates.")
    if not wanted.key:
        print("Not checked: whose key signed it. Give the public key with --key.")
    if not wanted.head:
        print("Not checked: whether the end was cut off. Give a head from a digest or an earlier archive with --head.")
    print("Never checked here: rows that were not sealed yet, evidence files, and whether what was recorded was true.")
    print(f"{len(found.said)} findings." if found.said else "Everything checked is in order.")
    return 1 if found.said else 0


if __name__ == "__main__":
    sys.exit(main())
