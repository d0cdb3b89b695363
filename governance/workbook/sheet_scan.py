"""Streaming scans of the XML inside an .xlsx: no entities, counted cells, formulas and error values by address."""

from __future__ import annotations

from array import array
from xml.parsers import expat

from governance.workbook.cells import column_letters
from governance.workbook.findings import Unreadable
from governance.workbook.limits import MEGABYTE, Limits

_INDEX_DIGITS = 12


class Tally:
    """What loading would take: bytes and cells over the whole workbook, refused beyond the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = 0
        self._cells = 0

    def unpacked(self, count: int) -> None:
        self._bytes += count
        if self._bytes > self._limits.inflated_bytes:
            raise Unreadable("inflated_too_large", limit=self._limits.inflated_bytes // MEGABYTE)

    def cell(self) -> None:
        self._cells += 1
        if self._cells > self._limits.cells:
            raise Unreadable("too_many_cells", limit=self._limits.cells)

    def area(self, cells: int) -> None:
        """A sheet is loaded as the rectangle up to its last cell, however few of them are filled."""
        if cells > self._limits.cells:
            raise Unreadable("too_many_cells", limit=self._limits.cells)


class XmlScan:
    """Reads XML to its end and refuses a document type, and with it every entity."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def _refuse_document_type(self, name: str, *_rest: object) -> None:
        raise Unreadable("document_type", part=name)


class SharedTexts(XmlScan):
    """The length of each shared text: a sheet may use one long text a million times."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally
        self.lengths = array("L")
        self._length = 0
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self._length = 0

    def _text(self, text: str) -> None:
        self._length += len(text)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._tally.cell()
            self.lengths.append(self._length)


class SheetScan(XmlScan):
    """Counts the cells of a sheet and the rectangle they span; notes formulas and error values, a bounded number."""

    def __init__(self, tally: Tally, texts: SharedTexts, listed: int) -> None:
        super().__init__()
        self._tally = tally
        self._texts = texts.lengths
        self._listed = listed
        self.defects: dict[str, str] = {}
        self._row = self._column = self._last_row = self._last_column = 0
        self._kind = ""
        self._value = ""
        self._columns: dict[str, int] = {"": 0}
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "v" or local == "is":
            self._filled()
        elif local == "f":
            self._note("formula")
            self._filled()
        elif local == "row":
            self._row = _number(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0

    def _cell(self, attributes: dict[str, str]) -> None:
        self._tally.cell()
        address = attributes.get("r")
        if address:
            letters = address.rstrip("0123456789")
            self._row = _number(address[len(letters) :])
            self._column = self._columns.get(letters) or self._new_column(letters)
        else:
            self._column += 1
        self._kind = attributes.get("t", "")

    def _filled(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._kind == "s":
            self._value = ""
            self._parser.CharacterDataHandler = self._text
        elif self._kind == "e":
            self._note("error_value")

    def _text(self, text: str) -> None:
        self._value = (self._value + text)[:_INDEX_DIGITS]

    def _end(self, name: str) -> None:
        if self._parser.CharacterDataHandler is not None and name.rpartition(":")[2] == "v":
            self._parser.CharacterDataHandler = None
            index = int(self._value) if self._value.strip().isdecimal() else -1
            if 0 <= index < len(self._texts):
                self._tally.unpacked(self._texts[index])

    def _note(self, code: str) -> None:
        if len(self.defects) < self._listed:
            self.defects.setdefault(f"{column_letters(self._column - 1)}{self._row}", code)

    def _new_column(self, letters: str) -> int:
        """The number of a column from its letters, counted from 1; three letters at most, as in XFD."""
        number = 0
        for letter in letters.upper():
            if not "A" <= letter <= "Z" or len(letters) > 3:
                raise Unreadable("broken_part", part=letters[:20])
            number = number * 26 + ord(letter) - 64
        self._columns[letters] = number
        return number

    def close(self) -> None:
        super().close()
        self._tally.area(self._last_row * self._last_column)


def _number(digits: str) -> int:
    if digits.isascii() and digits.isdecimal() and len(digits) <= 7:
        return int(digits)
    raise Unreadable("broken_part", part=digits[:20])
