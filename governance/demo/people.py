"""The people of the demo. Some may sign in; the others only appear."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "nordlicht.example"
PASSWORD = "countersign-demo"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo; `role` is granted on the whole organization, `look` says what a sign-in shows."""

    key: str
    name: str
    role: str
    office: str = ""
    look: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def signs_in(self) -> bool:
        return bool(self.look)


PEOPLE = (
    Person("admin", "Henrike Vogt", "tenant_admin", "Tenant administrator", "settings, people, staff pages"),
    Person("office", "Jonas Reuter", "transformation_office", "Transformation office", "portfolio, gates to decide"),
    Person("owner", "Lena Hartmann", "member", "Owner", "my update, a measure's month grid, submitting a gate"),
    Person("controller", "Katrin Albers", "controller", "Controller", "month end, divergences, closing a measure"),
    Person("controller.two", "Felix Brandl", "controller", "Second controller", "the four-eyes consent"),
    Person("sponsor", "Thomas Brandt", "sponsor", "Sponsor", "my work: gates that wait for the sponsor"),
    Person("chair", "Anke Petersen", "committee_member", "Committee chair", "my work: measures to decide"),
    Person("auditor", "Ulrich Stein", "auditor", "Auditor", "timelines and everything else, read-only"),
    Person("deputy", "Georg Maier", "committee_member"),
    Person("controller.polska", "Piotr Zieliński", "controller"),
    Person("controller.us", "Dana Whitfield", "controller"),
    Person("claudia.rehm", "Claudia Rehm", "sponsor"),
    Person("stefan.wolff", "Stefan Wolff", "sponsor"),
    Person("ingrid.falk", "Ingrid Falk", "committee_member"),
    Person("marco.bauer", "Marco Bauer", "member"),
    Person("sofia.lindqvist", "Sofia Lindqvist", "member"),
    Person("tomasz.nowak", "Tomasz Nowak", "member"),
    Person("emily.carter", "Emily Carter", "member"),
    Person("nadine.scholz", "Nadine Scholz", "member"),
    Person("oliver.kraemer", "Oliver Krämer", "member"),
    Person("aylin.demir", "Aylin Demir", "project_lead"),
    Person("robin.marsh", "Robin Marsh", "consultant"),
)

# Who has other things to do than to confirm every month that nothing has changed.
CARELESS = "emily.carter"

# Who also belongs to the second organization, so that switching can be tried.
IN_BOTH = ("office", "controller", "auditor", "chair")
