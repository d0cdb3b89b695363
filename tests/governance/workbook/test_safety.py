from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from governance.workbook.limits import Limits
from governance.workbook.writing import write_xlsx

from .builders import EFFECT, MEASURE, MILESTONE, errors, repack

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    lines = {"measures": MEASURE, "milestones": MILESTONE, "effects": EFFECT}
    path = tmp_path / "book.xlsx"
    write_xlsx(path, {name: [list(line), list(line.values())] for name, line in lines.items()})
    return path


def test_good_book_has_no_findings(book: Path) -> None:
    assert errors(book) == []


@pytest.mark.parametrize(
    "content", [b"", b"no zip at all", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0 old or encrypted"]
)
def test_file_that_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    assert errors(tmp_path / "book.xlsx") == ["workbook!A1 no_workbook"]


def test_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert errors(tmp_path / "book.xlsx") == ["workbook!A1 no_workbook"]


def test_formulas_and_error_values_are_refused_at_their_cells(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, line in {"measures": MEASURE, "milestones": MILESTONE, "effects": EFFECT}.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, line)
            sheet.write_row(1, 0, line.values())
        sheet.write_formula("J2", "=50+50", value=100)
        sheet.write_formula("K2", "=NA()", value="#N/A")
        book.get_worksheet_by_name("measures").write_formula("A2", '="M-"&1', value="M-1")
    assert errors(path) == ["measures!A2 formula", "effects!J2 formula", "effects!K2 formula"]
    repack(path, sheet3=_sheet_with(EFFECT, '<c r="J2" t="e"><v>#REF!</v></c>'))
    assert "effects!J2 error_value" in errors(path)


def _sheet_with(line: dict, cell: str) -> bytes:
    def inline(values: list, row: int) -> str:
        return "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)

    first, second = inline(list(line), 1), inline(list(line.values())[:9], 2)
    return (SHEET % f"<row>{first}</row><row>{second}{cell}</row>").encode()


@pytest.mark.parametrize("part", ["sheet1", "xl__sharedStrings", "xl__workbook", "xl__styles", "docProps__app"])
def test_entities_are_refused_in_every_part(book: Path, part: str) -> None:
    assert errors(repack(book, **{part: BOMB.encode()})) == ["workbook!A1 document_type"]


@pytest.mark.parametrize("part", ["sheet1", "xl__workbook", "xl__styles"])
@pytest.mark.parametrize(
    "content",
    [
        b"<worksheet><sheetData><row",
        b"<?xml version='1.0' encoding='none'?><a/>",
        b"<?xml version='1.0' encoding='gbk'?><a/>",
    ],
)
def test_broken_xml_is_refused(book: Path, part: str, content: bytes) -> None:
    assert errors(repack(book, **{part: content})) == ["workbook!A1 broken_part"]


def test_zip_bomb_is_refused_by_its_ratio(book: Path) -> None:
    assert errors(repack(book, xl__bomb=b"<a>" + b" " * 30_000_000 + b"</a>")) == ["workbook!A1 packed_too_tightly"]


def test_book_that_unpacks_too_large_is_refused(book: Path) -> None:
    assert errors(book, Limits(inflated_bytes=3_000)) == ["workbook!A1 inflated_too_large"]


def test_book_that_is_too_large_on_disk_is_refused(book: Path) -> None:
    assert errors(book, Limits(packed_bytes=1_000)) == ["workbook!A1 file_too_large"]


def test_book_of_too_many_parts_is_refused(book: Path) -> None:
    assert errors(book, Limits(parts=5)) == ["workbook!A1 too_many_parts"]
    assert errors(book, Limits(index_bytes=500)) == ["workbook!A1 too_many_parts"]


def test_book_of_too_many_cells_is_refused(book: Path) -> None:
    assert errors(book, Limits(cells=60)) == ["workbook!A1 too_many_cells"]


def test_two_cells_far_apart_count_as_the_rectangle_they_span(book: Path) -> None:
    far = SHEET % '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert errors(repack(book, sheet1=far.encode())) == ["workbook!A1 too_many_cells"]


def test_formatted_but_empty_cells_far_away_do_no_harm(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    far = sheet.replace("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')
    assert errors(repack(book, sheet1=far.encode())) == []


def test_one_long_text_used_many_times_counts_each_time(book: Path) -> None:
    texts = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 30_000}</t></si></sst>'
    )
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 8_000))
    bomb = repack(book, sheet1=(SHEET % rows).encode(), xl__sharedStrings=texts.encode())
    assert errors(bomb) == ["workbook!A1 inflated_too_large"]


def test_part_stored_twice_is_refused(book: Path) -> None:
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("XL/worksheets/Sheet1.xml", SHEET % "")
    assert errors(book) == ["workbook!A1 doubled_part"]


def test_damaged_bytes_are_refused(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content = bytearray(book.read_bytes())
    content[start + 100 : start + 140] = b"\xff" * 40
    book.write_bytes(content)
    assert errors(book) == ["workbook!A1 broken_part"]


def test_encrypted_part_is_refused(book: Path) -> None:
    content = bytearray(book.read_bytes())
    entry = content.find(b"PK\x01\x02")
    struct.pack_into("<H", content, entry + 8, struct.unpack_from("<H", content, entry + 8)[0] | 1)
    book.write_bytes(content)
    assert errors(book) == ["workbook!A1 broken_part"]


@pytest.mark.parametrize("address", ["A99999999", "ABCD1", "?1", "A-1"])
def test_cell_of_an_impossible_address_is_refused(book: Path, address: str) -> None:
    sheet = SHEET % f'<row><c r="{address}"><v>1</v></c></row>'
    assert errors(repack(book, sheet1=sheet.encode())) == ["workbook!A1 broken_part"]
