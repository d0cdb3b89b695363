"""The installation's own key pair (Ed25519), which signs what is handed to auditors."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portfolio.errors import Objection, Refused


def new_key() -> str:
    """A fresh private key, for AUDIT_SIGNING_KEY."""
    return secrets.token_hex(32)


def _private_key() -> Ed25519PrivateKey | None:
    text: str = settings.AUDIT_SIGNING_KEY
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)) if text else None
    except ValueError:
        return None


def public_key() -> str | None:
    """The public half in hexadecimal, to be kept by auditors; None when no key is set."""
    key = _private_key()
    return None if key is None else key.public_key().public_bytes_raw().hex()


def sign(content: bytes) -> str:
    """The signature in hexadecimal; refused when the installation has no key."""
    key = _private_key()
    if key is None:
        raise Refused(
            Objection(
                "signing_key_missing",
                _("AUDIT_SIGNING_KEY is not a key of 64 hexadecimal digits. Make one with “export_audit --new-key”."),
            )
        )
    return key.sign(content).hex()
