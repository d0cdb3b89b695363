"""Sentences and papers of the demo: problems, milestones, risks, evidence."""

from __future__ import annotations

from governance.demo.choices import Kind

PROBLEMS: dict[Kind, str] = {
    Kind.SAVING: "{place} spends more than comparable plants. {name}: the same output for less, every month.",
    Kind.PRICE: "Prices in {place} follow cost with a year's delay. {name} brings them back, at some lost volume.",
    Kind.CAPEX: "The equipment in {place} is old and thirsty. {name} pays back within two years.",
    Kind.HEADCOUNT: "Work in {place} is done twice. {name}: fewer positions, with a social plan.",
    Kind.AVOIDANCE: "Without a deed the cost in {place} would rise. {name} prevents it; nothing falls in the ledger.",
    Kind.SOFT: "{name} frees time in {place}, which nobody can book. Shown beside, never added in.",
    Kind.ONE_OFF: "{name}: money that comes once and not again.",
    Kind.WORKING_CAPITAL: "Cash is bound in {place} for longer than the business needs. {name} releases it.",
    Kind.STOCKS: "Stocks in {place} are too high. {name} releases cash and saves what holding them costs.",
    Kind.CASH: "{name} changes when money flows, not how much is earned.",
    Kind.COUNTER: "The other measures in {place} only hold if somebody pays for {name}. It costs every month.",
}

# Name, critical; in the order in which they fall due.
_BUYING = (
    ("Numbers agreed", False),
    ("Contract signed", True),
    ("First delivery released", True),
    ("Rolled out", True),
)
_BUILDING = (("Design frozen", False), ("Order placed", True), ("Acceptance test passed", True), ("Handed over", True))
_SELLING = (
    ("Customers segmented", False),
    ("Decision of the board", True),
    ("Letters sent", True),
    ("In invoices", True),
)
_LEADING = (
    ("Concept agreed", False),
    ("Works council agreed", True),
    ("Offers made", True),
    ("New set-up in force", True),
)

MILESTONES: dict[Kind, tuple[tuple[str, bool], ...]] = {
    Kind.SAVING: _BUYING,
    Kind.PRICE: _SELLING,
    Kind.CAPEX: _BUILDING,
    Kind.HEADCOUNT: _LEADING,
    Kind.AVOIDANCE: _BUYING,
    Kind.SOFT: _LEADING,
    Kind.ONE_OFF: _BUYING,
    Kind.WORKING_CAPITAL: _BUYING,
    Kind.STOCKS: _BUILDING,
    Kind.CASH: _BUYING,
    Kind.COUNTER: _LEADING,
}

RISKS = (
    ("The supplier does not hold the quality in series.", "Release with 100 % inspection for three months."),
    ("Customers answer with their own demands.", "Sales leads the talks together with the controller."),
    ("The works council asks for more time.", "Weekly round with both sides."),
    ("Volumes fall short of the plan.", "Contract without a minimum quantity."),
    ("Key people leave before the hand-over.", "Deputies are named and trained."),
    ("The market moves against the price.", "Index clause with a floor and a ceiling."),
)

LESSONS = (
    "Talk to quality before the contract, not after it.",
    "The ramp took a month longer than planned; plan it so next time.",
    "One person in the plant who wants it is worth more than a project plan.",
)

SOURCES = ("cost centre report {month}", "GL variance {month}", "invoice list {month}")

WAIVERS = {
    "dependencies_entered": "It waits for no other measure.",
    "risks_scored": "Too small for a list of risks.",
    "full_year_planned": "The effect ends with the contract.",
    "second_reviewer_agreed": "The second reviewer is on leave; the committee knows.",
    "lessons_learned_written": "Follows with the closure.",
    "potential_range_given": "One offer, one figure.",
    "gate_dates_set": "Follow with the plan.",
    "value_proven": "The contract is the evidence.",
}


def paper(title: str, lines: tuple[str, ...]) -> bytes:
    """A small PDF with a title and some lines: what people attach as evidence."""
    shown = [title, *lines]
    text = " T* ".join(f"({line.translate(_ESCAPES)}) Tj" for line in shown)
    stream = f"BT /F1 12 Tf 16 TL 60 760 Td {text} ET".encode("cp1252", "replace")
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(bodies)


_ESCAPES = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def _assembled(bodies: list[bytes]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(out))
    return out + head + table + tail
