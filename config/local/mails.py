"""`python -m config.local.mails`: compiles the MJML sources of mails to the HTML that mail programs understand."""

from __future__ import annotations

import sys
from pathlib import Path

from mjml import mjml_to_html

from config.local.places import ROOT

SOURCES = ROOT / "templates" / "mail"


def compiled(source: Path) -> str:
    """The HTML of one source; the tags of Django's templates in it stay as they are."""
    with source.open(encoding="utf-8") as file:
        result = mjml_to_html(file)
    if result.errors:
        raise ValueError(f"{source.name}: {result.errors}")
    html = str(result.html).replace('lang="und"', 'lang="{{ language }}"')
    lines = (line.rstrip() for line in html.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def main() -> int:
    """Writes each compiled source beside it."""
    for source in sorted(SOURCES.glob("*.mjml")):
        source.with_suffix(".html").write_text(compiled(source), encoding="utf-8")
        sys.stdout.write(f"{source.with_suffix('.html').relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
