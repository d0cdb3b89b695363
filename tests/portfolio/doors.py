"""Addresses that ask for a tenant's rows without and with a tenant, as a careless view would."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import path

from portfolio.models import Node


def at_once(request: HttpRequest, slug: str = "") -> HttpResponse:
    return HttpResponse(", ".join(Node.objects.values_list("name", flat=True)))


def while_rendering(request: HttpRequest, slug: str = "") -> SimpleTemplateResponse:
    """The query runs when the response is rendered, after the view has returned."""
    template = engines["django"].from_string("{% for node in nodes %}{{ node.name }}, {% endfor %}")
    return SimpleTemplateResponse(template, {"nodes": Node.objects.all()})


def streamed(request: HttpRequest, slug: str = "") -> StreamingHttpResponse:
    return StreamingHttpResponse(iter(["late"]))


def refusing(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Writes, and then finds that it should not have."""
    Node.objects.update(name="Overwritten")
    return HttpResponse(status=422)


urlpatterns = [
    path("at-once/", at_once),
    path("while-rendering/", while_rendering),
    path("o/<slug:slug>/at-once/", at_once),
    path("o/<slug:slug>/while-rendering/", while_rendering),
    path("o/<slug:slug>/streamed/", streamed),
    path("o/<slug:slug>/refusing/", refusing),
]
