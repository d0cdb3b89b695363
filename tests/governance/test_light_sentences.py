"""Every code of a light and of a divergence has a sentence, filled by the parameters its rule stores."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from governance.rules import SEVERITIES
from governance.sentences import DIVERGENCES, LIGHTS, light_sentence, sentence

ROOT = Path(__file__).parents[2]
RULES = [ROOT / "measures" / "rules.py", ROOT / "finance" / "rules" / "potential.py"]
SQL = [ROOT / "measures" / "sql" / "work.sql", ROOT / "finance" / "sql" / "potential.sql"]


def codes_of_rules() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in RULES)
    named = re.findall(r'(?:Reason|grey|_ratio|_compared)\(\s*"([a-z_]+)"', text)
    return {*named, "before_detailed", "closed"}


def test_every_code_of_the_rules_has_a_sentence() -> None:
    assert codes_of_rules() <= set(LIGHTS)


def test_every_code_the_statements_write_has_a_sentence() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SQL)
    written = set(re.findall(r"'code', '([a-z_]+)'", text))
    assert len(written) >= 15
    assert written <= set(LIGHTS)


def test_every_divergence_has_a_sentence() -> None:
    assert set(SEVERITIES) == set(DIVERGENCES)


@pytest.mark.parametrize("code", sorted(LIGHTS))
def test_sentence_survives_missing_parameters(code: str) -> None:
    assert "%(" not in sentence(code, {})


def test_amounts_of_a_light_name_their_currency() -> None:
    reason = {"code": "run_rate", "params": {"value": "-1200.00", "reference": "480000.00", "threshold": "0.80"}}
    assert light_sentence(reason, "EUR") == "The forecast run-rate is \u2212€1,200.00 of €480,000.00 committed."
    assert light_sentence({"code": "dispute_open"}, "EUR") == "The controller disputes an effect."
