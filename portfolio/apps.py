from django.apps import AppConfig
from django.core.checks import Tags, register

from portfolio.checks import runtime_role_is_plain

register(runtime_role_is_plain, Tags.database)


class PortfolioConfig(AppConfig):
    name = "portfolio"
