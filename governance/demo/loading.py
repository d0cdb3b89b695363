"""Loading the demo: the invented manufacturer on as many processors as there are, then the real program."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connections, transaction

from governance.actions.reconciliation import reconcile
from governance.demo import second
from governance.demo.catalogue import CATALOGUE, Catalogue
from governance.demo.founding import found
from governance.demo.program import Part, cast_parts, play, shares_of
from governance.demo.scene import Say, Scene
from governance.demo.structure import SLUG
from portfolio.models import User


def load_manufacturer(
    today: date, say: Say, *, slug: str = SLUG, catalogue: Catalogue = CATALOGUE, side_by_side: bool = False
) -> Scene:
    """The organization stands with all its measures, judged as of today. Refused: when its address is taken."""
    with transaction.atomic():
        scene, packages = found(today, say, slug=slug)
    parts = cast_parts(scene, packages, catalogue)
    if side_by_side and can_share():
        _play_side_by_side(scene, parts, say)
    else:
        play(scene, parts, say)
    reconcile(scene.organization_id, on=today)
    return scene


def load_program(people: dict[str, User], say: Say) -> None:
    """The second organization stands, judged as of the day on which its time stands still."""
    with transaction.atomic():
        organization = second.load_second(people, say)
    reconcile(organization.pk, on=second.RECORDED_ON)


def can_share() -> bool:
    """Whether a second process is worth it and safe: fork with a database library loaded is, on Linux."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1


def _play_side_by_side(scene: Scene, parts: Sequence[Part], say: Say) -> None:
    mine, others = shares_of(parts)
    # A connection cannot be shared between processes; each opens its own.
    connections.close_all()
    helper = multiprocessing.get_context("fork").Process(target=_play_share, args=(scene, others, say), daemon=True)
    # An orderly exit takes the helper along, whoever asks for it.
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        helper.start()
        play(scene, mine, say)
        helper.join()
    finally:
        signal.signal(signal.SIGTERM, before)
    if helper.exitcode:
        raise RuntimeError("The other half of the demo could not be loaded; see above.")


def _leave(*_: Any) -> None:
    sys.exit(1)


def _play_share(scene: Scene, parts: Sequence[Part], say: Say) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    play(scene, parts, say)
    connections.close_all()
