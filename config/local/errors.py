"""What can go wrong on the machine itself, said so that the person at it knows what to do."""

from __future__ import annotations


class LocalError(Exception):
    """The local machinery cannot go on; the message is a whole sentence for the person at the terminal."""
