"""Looks through an .xlsx before anything is loaded from it: sizes, parts, cells, formulas; entities are refused.

A spreadsheet reader loads a sheet as a whole and shows values only. So each part is first unpacked as a stream and
counted: what the file claims about itself is not believed. Bounds: `limits.Limits` (platform §1).
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from governance.workbook.findings import LISTED, Unreadable
from governance.workbook.limits import MEGABYTE, Limits
from governance.workbook.sheet_scan import SharedTexts, SheetScan, Tally, XmlScan

CHUNK = 1 << 16
_END, _END_LENGTH = b"PK\x05\x06", 22
_END64_LOCATOR = b"PK\x06\x07"
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by the name its tab shows; `defects` are the cells that hold no plain value, address to code."""

    name: str
    defects: dict[str, str] = field(default_factory=dict)


def inspect(path: Path, limits: Limits) -> list[Sheet]:
    """The sheets in their order. Raises `Unreadable` for whatever is no workbook, is broken or unpacks too large."""
    size = path.stat().st_size
    if size > limits.packed_bytes:
        raise Unreadable("file_too_large", size=size // MEGABYTE, limit=limits.packed_bytes // MEGABYTE)
    with path.open("rb") as file:
        _check_index(file, size, limits)
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE:
        raise Unreadable("no_workbook") from None
    with archive:
        return _Inspection(archive, limits).sheets()


def _check_index(file: BinaryIO, size: int, limits: Limits) -> None:
    """Refuses an index too large to be listed in memory, before the zip reader lists it."""
    tail_length = min(size, _END_LENGTH + (1 << 16))
    file.seek(size - tail_length)
    tail = file.read(tail_length)
    start = tail.rfind(_END)
    if start < 0 or len(tail) - start < _END_LENGTH:
        raise Unreadable("no_workbook")
    (index_bytes,) = struct.unpack_from("<L", tail, start + 12)
    if index_bytes > limits.index_bytes or _END64_LOCATOR in tail[max(0, start - 20) : start]:
        raise Unreadable("too_many_parts", limit=limits.parts)


class _Inspection:
    """One pass over one archive; names are compared without regard to case, as the loader does."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._tally = Tally(limits)
        self._parts = self._index()

    def sheets(self) -> list[Sheet]:
        targets = self._sheet_targets()
        texts = SharedTexts(self._tally)
        shared = {name for name in self._parts if posixpath.basename(name) == "sharedstrings.xml"}
        for name in sorted(self._parts, key=lambda name: name not in shared):
            if name in shared:
                self._scan(name, texts)
            elif name not in targets.values():
                self._scan(name, XmlScan() if name.endswith((".xml", ".rels", ".vml")) else None)
        return [Sheet(tab, self._defects(name, texts)) for tab, name in targets.items()]

    def _index(self) -> dict[str, zipfile.ZipInfo]:
        parts: dict[str, zipfile.ZipInfo] = {}
        members = self._archive.infolist()
        if len(members) > self._limits.parts:
            raise Unreadable("too_many_parts", limit=self._limits.parts)
        for member in members:
            name = member.filename.replace("\\", "/").lower()
            if name in parts:
                raise Unreadable("doubled_part", part=member.filename)
            parts[name] = member
        if _WORKBOOK not in parts:
            raise Unreadable("no_workbook")
        return parts

    def _sheet_targets(self) -> dict[str, str]:
        """The part of each sheet, by the name on its tab."""
        relations = {
            relation.get("Id"): posixpath.normpath(posixpath.join("xl", relation.get("Target", ""))).lstrip("/")
            for relation in self._tree(_RELATIONS)
        }
        targets: dict[str, str] = {}
        for element in self._tree(_WORKBOOK).iter():
            if element.tag.rpartition("}")[2] == "sheet":
                part = (relations.get(element.get(_ID)) or "").lower()
                if part not in self._parts or part in targets.values() or element.get("name") in targets:
                    raise Unreadable("broken_part", part=_WORKBOOK)
                targets[element.get("name", "")] = part
        return targets

    def _tree(self, name: str) -> Element:
        if name not in self._parts:
            raise Unreadable("no_workbook")
        content = b""
        for chunk in self._chunks(name):
            content += chunk
            if len(content) > self._limits.index_bytes:
                raise Unreadable("broken_part", part=name)
        try:
            tree: Element = fromstring(content, forbid_dtd=True)
        except DefusedXmlException:
            raise Unreadable("document_type", part=name) from None
        except (ParseError, ValueError, LookupError):
            raise Unreadable("broken_part", part=name) from None
        return tree

    def _defects(self, name: str, texts: SharedTexts) -> dict[str, str]:
        scan = SheetScan(self._tally, texts, LISTED)
        self._scan(name, scan)
        return scan.defects

    def _scan(self, name: str, scan: XmlScan | None) -> None:
        """Unpacks one part to its end, counting; as XML where it is XML."""
        try:
            for chunk in self._chunks(name):
                self._tally.unpacked(len(chunk))
                if scan:
                    scan.feed(chunk)
            if scan:
                scan.close()
        except (expat.ExpatError, LookupError, ValueError):
            # the last two: an encoding that is unknown or has several bytes per character
            raise Unreadable("broken_part", part=name) from None

    def _chunks(self, name: str) -> Iterator[bytes]:
        member, unpacked = self._parts[name], 0
        try:
            with self._archive.open(member) as part:
                while chunk := part.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > max(MEGABYTE, self._limits.ratio * member.compress_size):
                        raise Unreadable("packed_too_tightly", part=name, limit=self._limits.ratio)
                    yield chunk
        except _DAMAGE:
            raise Unreadable("broken_part", part=name) from None
