"""Addresses of the demo and the developer's machine: production's, and the mails that were kept."""

from __future__ import annotations

from django.urls import path

from config.local.mail_pages import mail_body, mail_list, mail_read
from config.urls import urlpatterns as everywhere

urlpatterns = [
    *everywhere,
    path("mail/", mail_list, name="mails"),
    path("mail/<str:name>/", mail_read, name="mail"),
    path("mail/<str:name>/body/", mail_body, name="mail_body"),
]
