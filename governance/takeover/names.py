"""People, committees and master data as a workbook names them: those that are known, and those to be created."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from portfolio.history import record_created
from portfolio.models import (
    BusinessUnit,
    CostCentre,
    Function,
    GLAccount,
    LegalEntity,
    Membership,
    PnlLine,
    SteeringCommittee,
    User,
    sort_key,
)
from portfolio.models.master_data import MasterDatum
from portfolio.tenancy import current_organization_id

MASTER_DATA: dict[str, type[MasterDatum]] = {
    "business_unit": BusinessUnit,
    "function": Function,
    "legal_entity": LegalEntity,
    "pnl_line": PnlLine,
    "gl_account": GLAccount,
    "cost_centre": CostCentre,
}
CODE_LENGTH = 40


class Names:
    """Names of one kind: `known` gives the id, `new` are those that are to be created, in order of appearance."""

    def __init__(self, known: dict[str, int]) -> None:
        self.known = known
        self.new: dict[str, None] = {}

    def want(self, name: str) -> None:
        if name and name not in self.known:
            self.new.setdefault(name)

    def id_of(self, name: str) -> int | None:
        """The id; None for a blank name, and for a new one while it is not created."""
        return self.known.get(name) if name else None


def known_people() -> Names:
    """Members of the organization by address, active or not."""
    members = Membership.objects.filter(organization_id=current_organization_id())
    return Names(dict(members.values_list("user__email", "user_id")))


def create_people(people: Names, *, on: date) -> None:
    """Every new address is an inactive member; who has no account anywhere gets one without a password."""
    users = dict(User.objects.filter(email__in=list(people.new)).values_list("email", "pk"))
    strangers = [email for email in people.new if email not in users]
    # one unusable password for all: it lets nobody in, and a hash for each would cost seconds
    password = make_password(None)
    made = User.objects.bulk_create(
        [User(email=email, name=email.partition("@")[0], password=password) for email in strangers], batch_size=1000
    )
    users.update((user.email, user.pk) for user in made)
    organization_id = current_organization_id()
    Membership.objects.bulk_create(
        [
            Membership(organization_id=organization_id, user_id=users[email], is_active=False, since=on)
            for email in people.new
        ],
        batch_size=1000,
    )
    people.known.update((email, users[email]) for email in people.new)


def known_committees() -> Names:
    return Names(dict(SteeringCommittee.objects.values_list("name", "pk")))


def create_committees(committees: Names) -> None:
    """Every new committee exists, without a chair and members: an administrator names them."""
    made = SteeringCommittee.objects.bulk_create(
        [SteeringCommittee(name=name, sort_key=sort_key(name)) for name in committees.new]
    )
    committees.known.update((row.name, row.pk) for row in made)
    record_created(SteeringCommittee, [row.pk for row in made])


def known_master_data(model: type[MasterDatum]) -> Names:
    """Entries by name and by code; what stands in force goes before what is archived, a name before a code."""
    rows = list(model._default_manager.order_by("-archived", "-pk").values_list("pk", "code", "name"))
    return Names({code: pk for pk, code, _ in rows} | {name: pk for pk, _, name in rows})


def create_master_data(model: type[MasterDatum], names: Names) -> None:
    """Every new entry exists under its name, with a code made of it."""
    taken = set(model._default_manager.values_list("code", flat=True))
    made = model._default_manager.bulk_create(
        [model(code=_code_for(name, taken), name=name, sort_key=sort_key(name)) for name in names.new],
        batch_size=1000,
    )
    names.known.update((row.name, row.pk) for row in made)
    record_created(model, [row.pk for row in made])


def _code_for(name: str, taken: set[str]) -> str:
    """A free code of at most 40 characters that reads like the name: IT operating cost is IT-OPERATING-COST."""
    base = slugify(name).upper()[:CODE_LENGTH] or "X"
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base[: CODE_LENGTH - len(str(number)) - 1]}-{number}"
    taken.add(code)
    return code
