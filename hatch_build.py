"""What a build does beside packing: catalogues are compiled to the `.mo` files that gettext reads, links of the README become absolute."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class CompileCatalogues(BuildHookInterface):
    """`planet/locale/<language>/LC_MESSAGES/planet.po` -> `planet.mo` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files of the wheel are collected."""
        del version, build_data
        for source in Path(self.root, "planet", "locale").glob("*/LC_MESSAGES/*.po"):
            compiled = io.BytesIO()
            write_mo(compiled, read_po(io.BytesIO(source.read_bytes())))
            source.with_suffix(".mo").write_bytes(compiled.getvalue())


class ReadmeOfAnIndex(MetadataHookInterface):
    """The README with absolute links: those that lead to a page lead to the documentation's site."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Called with the metadata of the project when they are read."""
        text = Path(self.root, "README.md").read_text("utf-8")
        base = metadata["urls"]["Documentation"]
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, base)}


def absolute(text: str, base: str) -> str:
    """Markdown whose links and pictures lead to the documentation at `base`, which ends with a slash."""
    text = re.sub(r'src="docs/', f'src="{base}', text)
    text = re.sub(r"\]\(docs/(?:README\.md)?\)", f"]({base})", text)
    text = re.sub(r"\]\(docs/([\w/-]+)\.md", rf"]({base}\1/", text)
    text = re.sub(r"\]\(([A-Z]+)\.md", rf"]({base}project/\1/", text)
    return re.sub(r"\[([^\]]+)\]\(LICENSE\)", r"\1", text)
