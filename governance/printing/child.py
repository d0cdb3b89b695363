"""The child: HTML on its input becomes PDF on its output. It knows nothing of the application."""

from __future__ import annotations

import sys

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

# Nothing is fetched: neither from the network nor from this machine.
NOTHING = URLFetcher(allowed_protocols=())


def main(sheets: list[str]) -> None:
    if sheets == ["--probe"]:
        return
    html = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=NOTHING)
    # The sheets are ours and read here, so that the fetcher refuses everything else.
    styles = []
    for name in sheets:
        with open(name, encoding="utf-8") as sheet:
            styles.append(CSS(string=sheet.read(), url_fetcher=NOTHING))
    sys.stdout.buffer.write(html.write_pdf(stylesheets=styles) or b"")


if __name__ == "__main__":
    main(sys.argv[1:])
