"""Values of a changed field as people read them; never a query."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from portfolio.templatetags.formats import day, money

register = template.Library()


@register.filter
def plain_value(value: Any) -> str:
    """An amount to the cent, a day, yes or no, or the text of whatever it is."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, date):
        return day(value)
    return str(value)
