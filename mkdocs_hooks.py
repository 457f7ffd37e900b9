"""What MkDocs cannot do by itself: the four pages at the root of the project are pages of the site, and links to them lead there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent
PAGES = ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")


def on_files(files: Files, config: Any) -> Files:
    """Add them as project/*.md."""
    for name in PAGES:
        text = (ROOT / name).read_text("utf-8")
        text = re.sub(r'(\]\(|src=")docs/', r"\1../", text)
        text = re.sub(r"\]\(\.\./\)|\]\(\.\./README\.md\)", "](../README.md)", text)
        files.append(File.generated(config, f"project/{name}", content=_placed(text)))
    return files


def _placed(text: str) -> str:
    """Links to files that are no page of the site are names of files."""
    return re.sub(r"\[([^\]]+)\]\((LICENSE)\)", r"\1 (`\2`)", text)


def on_page_markdown(markdown: str, page: Any, **_kwargs: Any) -> str:
    """`../SECURITY.md` of docs/ is project/SECURITY.md of the site."""
    if page.file.src_uri.startswith("project/"):
        return markdown
    up = "../" * page.file.src_uri.count("/")
    pattern = rf"\]\((?:\.\./)+({'|'.join(map(re.escape, PAGES))})(#[^)]*)?\)"
    return re.sub(pattern, lambda match: f"]({up}project/{match[1]}{match[2] or ''})", markdown)
