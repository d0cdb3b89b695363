"""Words of place and right."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NodeKind(models.TextChoices):
    """Level of the hierarchy; the organization itself is the root, so that a right on all is a right on it."""

    ORGANIZATION = "organization", _("Organization")
    PORTFOLIO = "portfolio", _("Portfolio")
    PROGRAM = "program", _("Program")
    PROJECT = "project", _("Project")
    PACKAGE = "package", _("Measure package")


class Right(models.TextChoices):
    """Every right there is, each a permission of Node; granted on a node it holds for all below it."""

    VIEW = "view", _("See nodes and measures")
    VIEW_AUDIT = "view_audit", _("Read the whole log")
    EDIT_STRUCTURE = "edit_structure", _("Create, rename, move and archive nodes")
    CREATE_MEASURE = "create_measure", _("Create measures")
    EDIT_WORK = "edit_work", _("Edit description, milestones and risks")
    EDIT_PLAN = "edit_plan", _("Edit the plan before the decision")
    EDIT_FORECAST = "edit_forecast", _("Edit the forecast")
    CLAIM_ACTUAL = "claim_actual", _("Claim actuals")
    VALIDATE = "validate", _("Validate plan and actuals")
    CONFIRM_CLOSURE = "confirm_closure", _("Confirm value and close")
    SUBMIT = "submit", _("Submit a gate")
    DECIDE_AS_OFFICE = "decide_as_office", _("Decide gates of the transformation office")
    DECIDE_AS_SPONSOR = "decide_as_sponsor", _("Decide gates of the sponsor")
    DECIDE_AS_COMMITTEE = "decide_as_committee", _("Record decisions of the steering committee")
    CHANGE_ROLES = "change_roles", _("Change owner and controller of a measure")
    TAKE_OVER = "take_over", _("Import a running program")
    SET_TARGETS = "set_targets", _("Set targets")
    MANAGE_MEMBERS = "manage_members", _("Invite people and grant roles")
    MANAGE_SETTINGS = "manage_settings", _("Change settings and master data")


class Office(models.TextChoices):
    """The capacity in which somebody acts on a measure."""

    OWNER = "owner", _("Owner")
    CONTROLLER = "controller", _("Controller")
    SPONSOR = "sponsor", _("Sponsor")
    COMMITTEE = "committee", _("Steering committee")
    TRANSFORMATION_OFFICE = "transformation_office", _("Transformation office")


class VotingRule(models.TextChoices):
    MAJORITY = "majority", _("Majority")
    TWO_THIRDS = "two_thirds", _("Two thirds")
    UNANIMOUS = "unanimous", _("Unanimous")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
