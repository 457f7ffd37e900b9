"""What a build does beside packing: every catalogue of sentences is compiled to the `.mo` file that gettext reads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    """`planet/locale/<language>/LC_MESSAGES/planet.po` -> `planet.mo` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files of the wheel are collected."""
        del version, build_data
        for source in Path(self.root, "planet", "locale").glob("*/LC_MESSAGES/*.po"):
            compiled = io.BytesIO()
            write_mo(compiled, read_po(io.BytesIO(source.read_bytes())))
            source.with_suffix(".mo").write_bytes(compiled.getvalue())
