"""Hierarchy, committees and master data of the demo: what is there before the first measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

SLUG, NAME, CURRENCY, TIME_ZONE = "nordlicht", "Nordlicht AG", "EUR", "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Place:
    """A node with the persons and units named there; `key` of a package leads to its measures."""

    name: str
    key: str = ""
    below: tuple[Place, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    currency: str = ""
    # Share of the organization's target, in percent; portfolios and programs only.
    target: int = 0


@dataclass(frozen=True, slots=True)
class Committee:
    name: str
    chair: str
    deputy: str
    members: tuple[str, ...]


COMMITTEES = (
    Committee("Steering committee Fit for Growth", "chair", "deputy", ("ingrid.falk", "controller.us")),
    Committee("Steering committee Administration", "ingrid.falk", "chair", ("deputy",)),
    Committee("Cash council", "deputy", "ingrid.falk", ("chair",)),
)

LEGAL_ENTITIES = (("100", "Nordlicht AG"), ("200", "Nordlicht Polska Sp. z o.o."), ("300", "Nordlicht Pumps Inc."))
BUSINESS_UNITS = (("IP", "Industrial pumps"), ("BT", "Building technology"), ("SV", "Service"), ("HQ", "Head office"))
FUNCTIONS = (
    ("PUR", "Purchasing"),
    ("OPS", "Operations"),
    ("SAL", "Sales"),
    ("ADM", "Administration"),
    ("FIN", "Finance"),
)

# P&L line, and the five accounts that belong to it.
PNL_LINES = {
    "REV": ("Revenue", ("List price sales", "Contract sales", "Service revenue", "Spare part sales", "Deductions")),
    "MAT": ("Material cost", ("Resins", "Steel and castings", "Electronics", "Bought-in parts", "Scrap and rework")),
    "PER": ("Personnel cost", ("Wages", "Salaries", "Overtime", "Agency labour", "Social cost")),
    "ENE": ("Energy", ("Electricity", "Gas", "Compressed air", "Heat", "Grid fees")),
    "FRE": ("Freight and logistics", ("Sea freight", "Road freight", "Express", "Warehousing", "Packaging")),
    "OPX": ("Other operating cost", ("Services", "Travel", "IT and licences", "Rent and leases", "Insurance and fees")),
    "MNT": ("Maintenance", ("Spare material", "Service contracts", "Tools", "Lubricants", "Inspection")),
}

# Plan rates to EUR by fiscal year, relative to the fiscal year of the demo's day.
PLAN_RATES = {
    "USD": {-2: Decimal("0.94"), -1: Decimal("0.93"), 0: Decimal("0.92"), 1: Decimal("0.90"), 2: Decimal("0.90")},
    "PLN": {-2: Decimal("0.221"), -1: Decimal("0.228"), 0: Decimal("0.234"), 1: Decimal("0.236"), 2: Decimal("0.236")},
}

# What the organization is to reach, by fiscal year relative to the demo's.
TARGETS = {-1: Decimal(12_000_000), 0: Decimal(36_000_000), 1: Decimal(45_000_000)}

PURCHASING = {"function": "PUR", "sponsor": "sponsor"}
SALES = {"function": "SAL", "sponsor": "stefan.wolff", "business_unit": "SV"}

PORTFOLIOS = (
    Place(
        "Fit for Growth",
        target=72,
        named={
            "committee": "Steering committee Fit for Growth",
            "controller": "controller",
            "sponsor": "sponsor",
            "business_unit": "IP",
            "function": "OPS",
            "legal_entity": "100",
        },
        below=(
            Place(
                "Procurement excellence",
                target=34,
                named=PURCHASING,
                below=(
                    Place(
                        "Direct materials",
                        owners=("owner", "marco.bauer"),
                        below=(
                            Place("Resins and compounds", "resins"),
                            Place("Steel and castings", "steel"),
                            Place("Electronics", "electronics"),
                        ),
                    ),
                    Place(
                        "Indirect spend",
                        owners=("sofia.lindqvist", "owner"),
                        named={"business_unit": "HQ"},
                        below=(
                            Place("Energy purchasing", "energy"),
                            Place("Freight and logistics", "freight"),
                            Place("Services and facilities", "services"),
                        ),
                    ),
                    Place(
                        "Supplier base",
                        owners=("owner", "marco.bauer"),
                        named={"sponsor": "claudia.rehm"},
                        below=(
                            Place("Supplier onboarding", "onboarding"),
                            Place("Make or buy", "makebuy"),
                            Place("Specification management", "specification"),
                        ),
                    ),
                ),
            ),
            Place(
                "Operational excellence",
                target=20,
                below=(
                    Place(
                        "Plant Kassel",
                        owners=("nadine.scholz", "oliver.kraemer"),
                        named={"business_unit": "BT"},
                        below=(
                            Place("Lean assembly", "assembly"),
                            Place("Maintenance", "maintenance"),
                            Place("Plant energy", "plantenergy"),
                        ),
                    ),
                    Place(
                        "Plant Wrocław",
                        owners=("tomasz.nowak",),
                        currency="PLN",
                        named={"controller": "controller.polska", "legal_entity": "200"},
                        below=(Place("Press shop", "press"), Place("Cost of quality", "quality")),
                    ),
                    Place(
                        "Plant Greenville",
                        owners=("emily.carter",),
                        currency="USD",
                        named={"controller": "controller.us", "legal_entity": "300"},
                        below=(Place("Machining", "machining"), Place("Warehouse", "warehouse")),
                    ),
                ),
            ),
            Place(
                "Commercial excellence",
                target=18,
                named=SALES,
                below=(
                    Place(
                        "Pricing",
                        owners=("aylin.demir", "sofia.lindqvist"),
                        named={"business_unit": "IP", "controller": "controller.two"},
                        below=(
                            Place("List prices", "listprices"),
                            Place("Discount discipline", "discounts"),
                            Place("Contract prices", "contracts"),
                        ),
                    ),
                    Place(
                        "Mix and service",
                        owners=("aylin.demir", "oliver.kraemer"),
                        named={"controller": "controller.two"},
                        below=(
                            Place("Service contracts", "service"),
                            Place("Portfolio pruning", "pruning"),
                            Place("Spare parts", "spareparts"),
                        ),
                    ),
                ),
            ),
        ),
    ),
    Place(
        "Lean Administration",
        target=18,
        named={
            "committee": "Steering committee Administration",
            "controller": "controller.two",
            "sponsor": "stefan.wolff",
            "business_unit": "HQ",
            "function": "ADM",
            "legal_entity": "100",
        },
        below=(
            Place(
                "Overhead",
                target=18,
                below=(
                    Place(
                        "Shared services",
                        owners=("nadine.scholz", "sofia.lindqvist"),
                        below=(Place("Finance and HR", "finance"), Place("IT run cost", "it")),
                    ),
                    Place(
                        "Organization",
                        owners=("oliver.kraemer", "nadine.scholz"),
                        below=(Place("Spans and layers", "spans"), Place("Headcount avoidance", "headcount")),
                    ),
                ),
            ),
        ),
    ),
    Place(
        "Balance Sheet",
        target=10,
        named={
            "committee": "Cash council",
            "controller": "controller",
            "sponsor": "claudia.rehm",
            "business_unit": "HQ",
            "function": "FIN",
            "legal_entity": "100",
        },
        below=(
            Place(
                "Cash and capital",
                target=10,
                below=(
                    Place(
                        "Working capital",
                        owners=("marco.bauer", "sofia.lindqvist"),
                        below=(Place("Inventories", "inventories"), Place("Receivables and payables", "receivables")),
                    ),
                    Place(
                        "Capital discipline",
                        owners=("oliver.kraemer", "marco.bauer"),
                        below=(Place("Capital expenditure", "capex"), Place("Footprint", "footprint")),
                    ),
                ),
            ),
        ),
    ),
)
