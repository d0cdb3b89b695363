"""The sentences of a workbook's findings: what is wrong at the cell, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # the file as a whole
    "no_file": _("There is no file or folder at this path; name an .xlsx file or a folder of CSV files."),
    "no_workbook": _(
        "This is neither an .xlsx workbook nor a folder of CSV files; save it as .xlsx without a password."
    ),
    "file_too_large": _("The file has %(size)s MB, more than the %(limit)s MB allowed; split the import."),
    "inflated_too_large": _(
        "Unpacked, the workbook has more than %(limit)s MB; split it or use a folder of CSV files."
    ),
    "packed_too_tightly": _(
        "“%(part)s” inside the workbook unpacks to more than %(limit)s times its size; the file is refused as a trap."
    ),
    "too_many_parts": _("The workbook has more than %(limit)s parts inside; save the tables alone as a new .xlsx."),
    "too_many_cells": _(
        "The sheet spreads over more than %(limit)s cells; delete stray cells far from the table, or use CSV."
    ),
    "doubled_part": _("The workbook holds “%(part)s” twice; save it again from a spreadsheet program."),
    "broken_part": _("“%(part)s” inside the workbook cannot be read; save it again from a spreadsheet program."),
    "document_type": _(
        "“%(part)s” inside the workbook declares a document type or entities, which no spreadsheet needs; "
        "the file is refused."
    ),
    # a table
    "table_missing": _("The table “%(name)s” is missing."),
    "table_twice": _("There are two tables named “%(name)s”; keep one."),
    "table_unknown": _("No table of this name is read; it is ignored."),
    "table_empty": _("The table is empty; its first row must name the columns."),
    "not_utf8": _("The table is not UTF-8; save it as “CSV UTF-8 (comma delimited)”."),
    "holds_nul": _("The table holds NUL bytes; save it as “CSV UTF-8 (comma delimited)”."),
    "line_too_long": _("A line has more than %(limit)s characters; a quotation mark may have been left open."),
    "broken_csv": _("From here the table cannot be read as CSV (%(reason)s); look for an open quotation mark."),
    "wrong_separator": _("The columns are not separated by commas; save the table as “CSV UTF-8 (comma delimited)”."),
    "column_missing": _("The column “%(name)s” is missing."),
    "column_twice": _("The column “%(name)s” stands here a second time; keep one."),
    "column_unknown": _("No column “%(name)s” is read; it is ignored."),
    "no_month": _("“%(name)s” is no month; name month columns YYYY-MM, as in 2026-01."),
    "months_missing": _("The table has no month column; add one column per month, named YYYY-MM."),
    "unnamed_column": _("The column of this cell has no name in the first row; a comma may need quotation marks."),
    # a cell
    "formula": _("The cell holds a formula; paste values instead."),
    "error_value": _("The cell holds the error value of a formula; paste a value instead."),
    "blank": _("The cell is blank, but “%(field)s” is required."),
    "too_long": _("The text has %(length)s characters, more than the %(limit)s allowed."),
    "control_character": _("The text holds a control character; type it again."),
    "word_unknown": _("“%(value)s” is not one of: %(words)s."),
    "no_flag": _("“%(value)s” is neither yes nor no (true, false, 1 and 0 are read too)."),
    "no_date": _("“%(value)s” is no date; write it as YYYY-MM-DD."),
    "no_number": _("“%(value)s” is no number; write plain digits with a point, as in 1234.56."),
    "decimal_comma": _("“%(value)s” has a comma; write plain digits with a decimal point, as in 1234.56."),
    "too_many_digits": _("“%(value)s” has more than %(limit)s digits before the point."),
    "too_many_decimals": _("“%(value)s” has more than %(limit)s decimals; round it."),
    "negative": _("“%(value)s” is negative; the number must be zero or more."),
    "not_positive": _("“%(value)s” is not above zero."),
    "no_email": _("“%(value)s” is no e-mail address."),
    "no_currency": _("“%(value)s” is no currency code of three letters, as in EUR."),
    "no_year": _("“%(value)s” is no fiscal year of four digits."),
    # rules that need more than one cell
    "code_twice": _("The code “%(code)s” stands in row %(row)s already."),
    "measure_unknown": _("The table “measures” has no code “%(code)s”."),
    "stage_closed": _(
        "A measure is never taken over as closed: write “implemented”; "
        "its controller then confirms the value and closes it."
    ),
    "controller_missing": _("From “detailed” on a measure needs a controller."),
    "plan_missing": _(
        "From “detailed” on a measure needs a plan: a row in “effects” with scenario “plan” and amounts."
    ),
    "owner_is_controller": _("The controller is also the owner; nobody controls what they deliver."),
    "controller_is_sponsor": _("The controller is also the sponsor; name two different persons."),
    "milestone_twice": _("The measure has a milestone of this name and baseline date already."),
    "actual_in_future": _("The actual date lies after the day of the take-over, %(on)s."),
    "effect_twice": _("The effect “%(effect)s” of “%(measure)s” has a row for the scenario “%(scenario)s” already."),
    "effect_differs": _("“%(field)s” differs from the first row of this effect; one effect has one “%(field)s”."),
    "actual_month_in_future": _("An actual amount stands in %(month)s, after the month of the take-over."),
    "rate_twice": _("The rate of %(currency)s for %(year)s stands in another row already."),
    "target_twice": _("The target of this node for %(year)s stands in another row already."),
    "path_broken": _("“%(field)s” is blank, but a level below it is named."),
    # what only the organization can tell
    "no_measures": _("The table names no measure; nothing can be taken over."),
    "code_exists": _("The organization has a measure “%(code)s” already; a take-over only adds measures."),
    "plan_rate_missing": _(
        "There is no plan rate of %(currency)s for the fiscal year %(year)s; add a row to the table “rates”."
    ),
    "rate_year_missing": _(
        "There is no plan rate of %(currency)s for the fiscal year %(year)s; "
        "its months are shown at the rate of the nearest year."
    ),
    "target_place_unknown": _(
        "There is no place “%(name)s” here, and no measure of the workbook names it; a target needs one."
    ),
    "rate_locked": _("The plan rate of %(currency)s for %(year)s is locked at %(rate)s; write that, or no row."),
    "rate_of_own_currency": _("%(currency)s is the organization's own currency; its rate is 1."),
    "place_archived": _("“%(name)s” is archived; restore it, or name another place."),
    "inherited_controller_owns": _(
        "Left blank, the controller is inherited from above and is also the owner; name another controller."
    ),
    "inherited_controller_sponsors": _(
        "Controller and sponsor would be one person, because one of them is inherited from above; name another."
    ),
    "amount_too_large": _("The amount is too large to be added up with others; look at its unit."),
    "month_far": _("“%(month)s” lies more than %(years)s years from the day of the take-over."),
    "target_replaced": _("The organization has another target here for %(year)s; it will be replaced."),
}
