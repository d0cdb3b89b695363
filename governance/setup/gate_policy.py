"""The gates of a blueprint: SOFT turned into HARD and criteria added from the list, and nothing else."""

from __future__ import annotations

from typing import Any

from governance.gates import ADDABLE, GATES, Gate
from governance.setup.checking import Notes, joined

BY_NAME: dict[str, Gate] = {gate.to.name.lower(): gate for gate in GATES.values()}
# What people write when they mean to leave a gate out, and when they mean to soften one.
SKIPPING = ("skip", "skipped", "enabled", "disabled", "optional", "remove", "removed")
SOFTENING = ("soft", "waived", "softened")


def read_gates(notes: Notes, value: Any) -> dict[str, dict[str, list[str]]]:
    """For each gate named the criteria that block, and those that are asked beyond the policy."""
    if not notes.is_a("gates", value, dict):
        return {}
    found = {}
    for name, given in value.items():
        path = joined("gates", name)
        if name not in BY_NAME:
            notes.add(path, "gate_unknown", known=", ".join(BY_NAME))
        elif given is None or given is False:
            notes.add(path, "gate_skipped")
        else:
            found[name] = _gate(notes, path, given, BY_NAME[name])
    return found


def _gate(notes: Notes, path: str, given: Any, gate: Gate) -> dict[str, list[str]]:
    if not notes.is_a(path, given, dict):
        return {}
    for key in given:
        if key in SKIPPING:
            notes.add(joined(path, key), "gate_skipped")
        elif key in SOFTENING:
            notes.add(joined(path, key), "criterion_softened")
        elif key not in ("hard", "added"):
            notes.add(joined(path, key), "gate_fixed")
    return {
        key: _criteria(notes, joined(path, key), given[key], gate, key) for key in ("hard", "added") if key in given
    }


def _criteria(notes: Notes, path: str, given: Any, gate: Gate, key: str) -> list[str]:
    if not notes.is_a(path, given, list):
        return []
    hard = [rule.code for rule in gate.hard]
    known = [rule.code for rule in (gate.soft if key == "hard" else ADDABLE[gate.to])]
    for number, code in enumerate(given):
        place = f"{path}[{number}]"
        if not notes.is_a(place, code, str):
            continue
        if code in hard:
            notes.add(place, "criterion_already_hard")
        elif code not in known:
            wrong = "criterion_not_soft_here" if key == "hard" else "criterion_not_on_list"
            notes.add(place, wrong, known=", ".join(known) or "–")
        elif given.index(code) != number:
            notes.add(place, "entry_twice", name=code)
    return [code for code in known if code in given]
