"""The hundred and fifty measures of the demo: name, kind, P&L line, monthly effect in thousands, what happens to it.

Kinds stand in `effects`, scripts in `scripts`. The amount is in the currency of the plant; for a one-off it is the
whole. Five measures in each of thirty packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.demo.choices import Kind, Turn


@dataclass(frozen=True, slots=True)
class Idea:
    """One measure as the catalogue knows it."""

    name: str
    kind: Kind
    line: str
    thousands: int
    turn: Turn
    currency: str = ""
    shares_account: bool = False


Catalogue = Mapping[str, tuple[Idea, ...]]

K, T = Kind, Turn

CATALOGUE: Catalogue = {
    "resins": (
        Idea("Resin dual sourcing", K.SAVING, "MAT", 62, T.DELIVERED),
        Idea("One specification for PP compounds", K.SAVING, "MAT", 38, T.LEAKING),
        Idea("Recyclate in housings up to 30 %", K.SAVING, "MAT", 27, T.RUNNING),
        Idea("Masterbatch bundled across plants", K.SAVING, "MAT", 18, T.DETAILED),
        Idea("Polymer price index clause", K.SAVING, "MAT", 45, T.CONFIRMED),
    ),
    "steel": (
        Idea("Steel index renegotiation", K.SAVING, "MAT", 74, T.DELIVERED),
        Idea("Castings re-quoted overseas", K.SAVING, "MAT", 52, T.WRITTEN_DOWN, currency="USD"),
        Idea("Forged shafts: second source", K.SAVING, "MAT", 31, T.AHEAD),
        Idea("Thinner sheet on frames", K.SAVING, "MAT", 22, T.BEFORE_COMMITTEE),
        Idea("Scrap credit renegotiated", K.SAVING, "MAT", 15, T.IDENTIFIED),
    ),
    "electronics": (
        Idea("Motor controllers: two platforms", K.SAVING, "MAT", 48, T.RUNNING),
        Idea("Cable harness redesign", K.SAVING, "MAT", 26, T.LATE),
        Idea("Sensor price benchmark", K.SAVING, "MAT", 19, T.DELIVERED),
        Idea("Display price increase averted", K.AVOIDANCE, "MAT", 24, T.RUNNING),
        Idea("Connectors standardised", K.SAVING, "MAT", 12, T.DEFINED),
    ),
    "energy": (
        Idea("Power purchase agreement wind", K.SAVING, "ENE", 58, T.RUNNING),
        Idea("Compressed air leak programme", K.SAVING, "ENE", 14, T.DELIVERED),
        Idea("Gas hedge for 18 months", K.AVOIDANCE, "ENE", 33, T.DELIVERED),
        Idea("Heat recovery in the paint shop", K.CAPEX, "ENE", 21, T.OVER_BUDGET),
        Idea("LED in halls 3 to 7", K.SAVING, "ENE", 9, T.CONFIRMED),
    ),
    "freight": (
        Idea("Sea freight tender Asia", K.SAVING, "FRE", 47, T.OVERCLAIMED, currency="USD"),
        Idea("Full truck loads pooled", K.SAVING, "FRE", 23, T.RUNNING),
        Idea("Express shipments halved", K.SAVING, "FRE", 28, T.SHORT),
        Idea("Incoterms switched to FCA", K.SAVING, "FRE", 17, T.DETAILED),
        Idea("Denser packaging", K.SAVING, "FRE", 11, T.BEFORE_CONTROLLER),
    ),
    "services": (
        Idea("Facility services retendered", K.SAVING, "OPX", 25, T.CONFIRMED_SHORT),
        Idea("Rail before air", K.SAVING, "OPX", 13, T.DELIVERED),
        Idea("Temporary labour framework", K.SAVING, "PER", 34, T.RUNNING),
        Idea("Waste contracts consolidated", K.SAVING, "OPX", 7, T.BEFORE_OFFICE),
        Idea("Company car policy", K.SAVING, "OPX", 10, T.HELD),
    ),
    "onboarding": (
        Idea("Supplier onboarding Malaysia", K.SAVING, "MAT", 66, T.RUNNING, currency="USD"),
        Idea("Audits of sub-suppliers before release", K.COUNTER, "OPX", -6, T.RUNNING),
        Idea("Resin plant release Gdańsk", K.SAVING, "MAT", 160, T.UNKEPT, currency="PLN"),
        Idea("Toolmakers in Porto", K.SAVING, "MAT", 24, T.DETAILED),
        Idea("Second source for gaskets", K.SAVING, "MAT", 16, T.IDENTIFIED),
    ),
    "makebuy": (
        Idea("Turned parts back in-house", K.SAVING, "MAT", 29, T.AHEAD),
        Idea("Surface treatment outsourced", K.SAVING, "MAT", 33, T.UNPROVEN),
        Idea("Kitting by the supplier", K.SAVING, "PER", 14, T.VETOED),
        Idea("Pump head assembly outsourced", K.SAVING, "PER", 41, T.CANCELLED),
        Idea("Tool maintenance insourced", K.SAVING, "MNT", 12, T.DEFINED),
    ),
    "specification": (
        Idea("Tolerances of 120 drawings reviewed", K.SAVING, "MAT", 20, T.FORGOTTEN),
        Idea("Paint specification relaxed", K.SAVING, "MAT", 13, T.CONFIRMED),
        Idea("Test hours on series pumps cut", K.SAVING, "PER", 18, T.RUNNING),
        Idea("Material class of dry parts", K.SAVING, "MAT", 27, T.EARLY),
        Idea("Requirements nobody asked for", K.SAVING, "MAT", 8, T.DEFINED),
    ),
    "assembly": (
        Idea("Line balancing assembly 2", K.SAVING, "PER", 32, T.DELIVERED),
        Idea("Setup time on presses halved", K.SAVING, "PER", 21, T.RUNNING),
        Idea("One-piece flow in the motor cell", K.SAVING, "PER", 26, T.CONFLICTED),
        Idea("Shift model four on, two off", K.HEADCOUNT, "PER", 38, T.BEFORE_COMMITTEE),
        Idea("Digital work instructions", K.SAVING, "PER", 11, T.IDENTIFIED),
    ),
    "maintenance": (
        Idea("Predictive maintenance of 40 machines", K.CAPEX, "MNT", 24, T.AHEAD),
        Idea("Spare parts pooled between plants", K.SAVING, "MNT", 9, T.OVERDUE),
        Idea("Lubricant management", K.SAVING, "MNT", 3, T.CONFIRMED),
        Idea("Maintenance contracts brought in-house", K.SAVING, "MNT", 16, T.DETAILED),
        Idea("Redundancy for critical machines", K.COUNTER, "MNT", -8, T.IDENTIFIED),
    ),
    "plantenergy": (
        Idea("Compressor replacement", K.CAPEX, "ENE", 17, T.RUNNING),
        Idea("Weekend shutdown routine", K.SAVING, "ENE", 8, T.DELIVERED),
        Idea("Photovoltaic roof", K.CAPEX, "ENE", 31, T.TAKEN_OVER_DECIDED),
        Idea("Oven insulation", K.SAVING, "ENE", 6, T.DEFINED),
        Idea("Peak load management", K.SAVING, "ENE", 12, T.SLIPPING),
    ),
    "press": (
        Idea("Coil width optimisation", K.SAVING, "MAT", 96, T.DELIVERED),
        Idea("Die change standard", K.SAVING, "PER", 61, T.RUNNING),
        Idea("Scrap below four percent", K.SAVING, "MAT", 240, T.SHORT),
        Idea("Night shift consolidated", K.HEADCOUNT, "PER", 115, T.DETAILED),
        Idea("Press 5 refurbishment", K.CAPEX, "MNT", 70, T.IDENTIFIED),
    ),
    "quality": (
        Idea("Inspection by exception", K.SAVING, "PER", 84, T.RUNNING),
        Idea("Supplier ppm programme", K.SAVING, "MAT", 58, T.DELIVERED),
        Idea("Rework cell closed", K.SAVING, "PER", 102, T.DISPUTED),
        Idea("Warranty returns analysis", K.SAVING, "OPX", 75, T.BEFORE_CONTROLLER),
        Idea("Gauge calibration in-house", K.SAVING, "MNT", 22, T.DEFINED),
    ),
    "machining": (
        Idea("Tool life programme", K.SAVING, "MNT", 28, T.DELIVERED),
        Idea("Five-axis cell utilisation", K.SAVING, "PER", 44, T.RUNNING),
        Idea("Coolant recycling", K.SAVING, "MNT", 9, T.CONFIRMED),
        Idea("Overtime reduced", K.SAVING, "PER", 36, T.LATE),
        Idea("Chip recycling revenue", K.SAVING, "MAT", 13, T.BEFORE_OFFICE),
    ),
    "warehouse": (
        Idea("Warehouses in Greenville merged", K.SAVING, "FRE", 39, T.TAKEN_OVER_IMPLEMENTED),
        Idea("Slotting and pick paths", K.SAVING, "FRE", 12, T.AHEAD),
        Idea("Returnable packaging", K.SAVING, "FRE", 18, T.DETAILED),
        Idea("Demurrage avoided", K.AVOIDANCE, "FRE", 15, T.RUNNING),
        Idea("Third-party logistics retendered", K.SAVING, "FRE", 30, T.IDENTIFIED),
    ),
    "listprices": (
        Idea("List price increase in spring", K.PRICE, "REV", 110, T.DELIVERED),
        Idea("Surcharge for small orders", K.PRICE, "REV", 24, T.RUNNING),
        Idea("Freight charged to customers", K.PRICE, "REV", 31, T.LEAKING),
        Idea("Price floor for standard pumps", K.PRICE, "REV", 42, T.BEFORE_COMMITTEE),
        Idea("Currency clause in offers", K.AVOIDANCE, "REV", 20, T.DEFINED),
    ),
    "discounts": (
        Idea("Discount ladder and approvals", K.PRICE, "REV", 68, T.RUNNING),
        Idea("Bonus agreements reworked", K.PRICE, "REV", 45, T.FADED),
        Idea("Payment terms of key accounts", K.CASH, "REV", 30, T.AHEAD),
        Idea("Rebate claims tracked", K.SAVING, "REV", 16, T.IDENTIFIED),
        Idea("Project discounts capped", K.PRICE, "REV", 29, T.DETAILED),
    ),
    "contracts": (
        Idea("Frame contracts indexed", K.PRICE, "REV", 57, T.AHEAD),
        Idea("OEM contract renewal", K.PRICE, "REV", 88, T.WRITTEN_DOWN, currency="USD"),
        Idea("Claims for late call-offs", K.ONE_OFF, "REV", 140, T.DELIVERED),
        Idea("Minimum order quantities", K.PRICE, "REV", 19, T.BEFORE_CONTROLLER),
        Idea("Tender desk", K.SOFT, "REV", 25, T.DEFINED),
    ),
    "service": (
        Idea("Service contracts for the installed base", K.PRICE, "REV", 52, T.RUNNING),
        Idea("Remote monitoring subscription", K.PRICE, "REV", 35, T.HELD),
        Idea("Service hour rate plus four percent", K.PRICE, "REV", 21, T.AWAITING_CLOSURE),
        Idea("First-time-fix rate", K.SOFT, "PER", 14, T.IDENTIFIED),
        Idea("Inspection packages", K.PRICE, "REV", 17, T.DEFINED),
    ),
    "pruning": (
        Idea("Three hundred variants cut", K.SAVING, "MAT", 46, T.RUNNING),
        Idea("Exit from small motors", K.SAVING, "MAT", 39, T.TAKEN_OVER_DECIDED),
        Idea("Mix towards efficient pumps", K.PRICE, "REV", 64, T.SHRINKING),
        Idea("Custom engineering fee", K.PRICE, "REV", 23, T.SHORT),
        Idea("Samples invoiced", K.PRICE, "REV", 3, T.CONFIRMED),
    ),
    "spareparts": (
        Idea("Spare part prices differentiated", K.PRICE, "REV", 73, T.OVERCLAIMED),
        Idea("Spare part kits", K.PRICE, "REV", 22, T.RUNNING),
        Idea("Captive parts", K.PRICE, "REV", 48, T.DETAILED),
        Idea("Stock at distributors", K.WORKING_CAPITAL, "REV", 15, T.DEFINED),
        Idea("Web shop for spare parts", K.PRICE, "REV", 26, T.IDENTIFIED),
    ),
    "finance": (
        Idea("Accounts payable moved to Wrocław", K.HEADCOUNT, "PER", 34, T.RUNNING),
        Idea("Payroll on one system", K.SAVING, "PER", 15, T.DELIVERED),
        Idea("Closing in five days", K.SOFT, "PER", 10, T.IDENTIFIED),
        Idea("Recruiting agencies cut", K.SAVING, "OPX", 12, T.CONFIRMED_SHORT),
        Idea("Travel expenses automated", K.SAVING, "OPX", 6, T.DEFINED),
    ),
    "it": (
        Idea("Licences cleaned up", K.SAVING, "OPX", 19, T.CONFIRMED),
        Idea("Data centre exit", K.SAVING, "OPX", 41, T.AHEAD),
        Idea("Telephony consolidated", K.SAVING, "OPX", 8, T.AWAITING_CLOSURE),
        Idea("Old ERP switched off", K.SAVING, "OPX", 55, T.SHRINKING),
        Idea("Printers halved", K.SAVING, "OPX", 3, T.IDENTIFIED),
    ),
    "spans": (
        Idea("Spans and layers in operations", K.HEADCOUNT, "PER", 92, T.RUNNING),
        Idea("Regional sales structure", K.HEADCOUNT, "PER", 61, T.BEFORE_COMMITTEE),
        Idea("One head office floor given up", K.SAVING, "OPX", 27, T.DELIVERED),
        Idea("Interim managers ended", K.SAVING, "PER", 33, T.SLIPPING),
        Idea("Project offices merged", K.HEADCOUNT, "PER", 18, T.IDENTIFIED),
    ),
    "headcount": (
        Idea("Hiring stop in administration", K.AVOIDANCE, "PER", 47, T.CONFIRMED_AVOIDANCE),
        Idea("Invoices matched by robot", K.AVOIDANCE, "PER", 16, T.RUNNING),
        Idea("Overtime accounts capped", K.SAVING, "PER", 13, T.DETAILED),
        Idea("Apprentices instead of agencies", K.SOFT, "PER", 7, T.DEFINED),
        Idea("Retirements not replaced", K.AVOIDANCE, "PER", 38, T.AHEAD),
    ),
    "inventories": (
        Idea("Safety stocks recalculated", K.STOCKS, "OPX", 9, T.RUNNING),
        Idea("Consignment stock for resins", K.STOCKS, "OPX", 11, T.DELIVERED),
        Idea("Slow movers sold", K.ONE_OFF, "MAT", 190, T.AHEAD),
        Idea("Weekly call-offs of raw material", K.WORKING_CAPITAL, "MAT", 18, T.DETAILED),
        Idea("Finished goods hub closed", K.SAVING, "FRE", 22, T.IDENTIFIED),
    ),
    "receivables": (
        Idea("Dunning after ten days", K.STOCKS, "OPX", 6, T.DELIVERED),
        Idea("Supplier terms of 60 days", K.WORKING_CAPITAL, "MAT", 26, T.RUNNING),
        Idea("Factoring ended", K.SAVING, "OPX", 9, T.DEFINED),
        Idea("Cash discounts taken", K.SAVING, "MAT", 14, T.CONFIRMED),
        Idea("Credit insurance retendered", K.SAVING, "OPX", 6, T.STALE),
    ),
    "capex": (
        Idea("Capex board above 50 k", K.AVOIDANCE, "OPX", 18, T.RUNNING),
        Idea("Used machines before new ones", K.CASH, "OPX", 25, T.AHEAD),
        Idea("Leasing instead of purchase", K.CASH, "OPX", 20, T.DETAILED),
        Idea("Tool budget halved", K.AVOIDANCE, "MNT", 12, T.DEFINED),
        Idea("Sale of the Emden site", K.ONE_OFF, "OPX", 850, T.AHEAD),
    ),
    "footprint": (
        Idea("Emden moved to Kassel", K.HEADCOUNT, "PER", 77, T.AHEAD),
        Idea("Warehouse Hamburg sublet", K.SAVING, "OPX", 16, T.DELIVERED),
        Idea("Lease in Frankfurt renegotiated", K.SAVING, "OPX", 12, T.TAKEN_OVER_IMPLEMENTED),
        Idea("Two halls mothballed", K.SAVING, "OPX", 20, T.RUNNING, shares_account=True),
        Idea("Logistics park shared", K.SAVING, "FRE", 9, T.DEFINED),
    ),
}


def one_of_each() -> Catalogue:
    """The first measure of every turn a life can take: the smallest demo that shows everything."""
    seen: set[Turn] = set()
    chosen: dict[str, tuple[Idea, ...]] = {}
    for key, ideas in CATALOGUE.items():
        fresh = tuple({idea.turn: idea for idea in reversed(ideas) if idea.turn not in seen}.values())[::-1]
        seen.update(idea.turn for idea in fresh)
        if fresh:
            chosen[key] = fresh
    return chosen
