"""Jinja2, set up for themes: escaping always on, nothing undefined passes, and a fault names its file and line."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from planet import __version__
from planet.errors import ThemeError
from planet.i18n import Translator
from planet.model import Message
from planet.render.html.theme import Theme
from planet.text import xml_safe

_compiled: dict[tuple[str, str], CodeType] = {}
"""Templates that this process has compiled or loaded: (key, checksum) -> code."""


class _CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates, kept in this process and in files: compiling those of one page takes 0.3 s, loading them 5 ms.

    A folder that cannot be written costs that time only. One that others may write is not used: code is loaded from it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._usable = False
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            status = folder.lstat()
            mine = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
            self._usable = mine and not status.st_mode & 0o022

    def get_source_checksum(self, source: str) -> str:
        """A digest of the template and of the programs that compile it: another version compiles it again."""
        return hashlib.sha1(f"{jinja2.__version__} {__version__}\0{source}".encode(), usedforsecurity=False).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with the compiled template, if it is cached."""
        code = _compiled.get((bucket.key, bucket.checksum))
        if code is None and self._usable:
            super().load_bytecode(bucket)
            code = bucket.code
        if code is not None:
            bucket.code = _compiled[bucket.key, bucket.checksum] = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a compiled template."""
        if bucket.code is not None:
            _compiled[bucket.key, bucket.checksum] = bucket.code
        if self._usable:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)


class _Context(Context):
    """Jinja2's context, which calls functions without looking whether they want the context, as none of ours does: the look takes longer
    than most of them.
    """

    def call(self, function: Any, /, *arguments: Any, **values: Any) -> Any:
        values.pop("_block_vars", None)
        values.pop("_loop_vars", None)
        return function(*arguments, **values)


class _Environment(Environment):
    """Jinja2's, whose templates copy a plain dict of what all of them see: a ChainMap is copied name by name in Python."""

    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class _Sentences:
    """`_("…")` and `{% trans %}` of templates. A sentence is trusted as markup, what is put into it is escaped (as newstyle gettext does);
    one without values is looked up and formatted once.
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._fixed: dict[str, Markup] = {}

    def __call__(self, sentence: str, /, **values: object) -> Markup:
        if values:
            return self._markup(sentence) % values
        if sentence not in self._fixed:
            self._fixed[sentence] = self._markup(sentence) % {}
        return self._fixed[sentence]

    def counted(self, singular: str, plural: str, count: int, **values: object) -> Markup:
        """`ngettext("…", "…", count)`: the form that fits `count`, which it may name as `num`."""
        sentence = Markup(self._translator.ngettext(singular, plural, count))  # noqa: S704 - as below
        return sentence % {"num": count, **values}

    def _markup(self, sentence: str) -> Markup:
        return Markup(self._translator.gettext(sentence))  # noqa: S704 - sentences of the catalogue are the program's own


class Templates:
    """The templates of one theme, speaking one language. `story.html` is the theme's own, `base/story.html` that of base.

    `compiled` is the folder that keeps them compiled.
    """

    def __init__(self, theme: Theme, translator: Translator, shared: Mapping[str, Any], compiled: Path) -> None:
        loaders: list[BaseLoader] = [FileSystemLoader([folder for _, folder in theme.folders])]
        loaders.append(PrefixLoader({name: FileSystemLoader(folder) for name, folder in theme.folders}))
        self._theme = theme
        self._environment = _Environment(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=_CompiledTemplates(compiled),
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        extended: Any = self._environment  # by jinja2.ext.i18n, of which type checkers know nothing
        extended.newstyle_gettext = True
        say = _Sentences(translator)
        self._environment.globals |= {
            "gettext": say,
            "ngettext": say.counted,
            "_": say,
            "t": translator,
            "theme": theme,
            **shared,
        }

    def render(self, name: str, context: Mapping[str, Any]) -> bytes:
        """A whole page, without the control characters that no document may hold. Raises ThemeError."""
        return xml_safe(self.text(name, context)).encode()

    def text(self, name: str, context: Mapping[str, Any]) -> str:
        """The text that a template renders from its context. Raises ThemeError."""
        try:
            return self._environment.get_template(name).render(context)
        except TemplateSyntaxError as error:
            raise ThemeError(
                Message.of(
                    "{place}: {reason}; mend the template",
                    place=f"{error.filename or error.name}:{error.lineno}",
                    reason=error.message,
                )
            ) from error
        except TemplateNotFound as error:
            places = ", ".join(str(folder) for _, folder in self._theme.folders)
            raise ThemeError(
                Message.of(
                    "{place}: there is no template {name} in {folders}; write it, or extend a theme that has it",
                    place=self._line(error, name),
                    name=repr(error.name),
                    folders=places,
                )
            ) from error
        except Exception as error:  # whatever a template may do wrong
            if not isinstance(error, TemplateError) and not self._in_theme(error):
                raise  # a fault of the program, not of the theme
            raise ThemeError(
                Message.of(
                    "{place}: {reason}; mend the template",
                    place=self._line(error, name),
                    reason=str(error) or type(error).__name__,
                )
            ) from error

    def _in_theme(self, error: BaseException) -> bool:
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        return last.startswith(tuple(str(folder) for _, folder in self._theme.folders))

    def _line(self, error: BaseException, name: str) -> str:
        """Where in the theme it happened: Jinja2 writes its own lines into the traceback."""
        folders = tuple(str(folder) for _, folder in self._theme.folders)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.startswith(folders):
                return f"{frame.filename}:{frame.lineno}"
        return name
