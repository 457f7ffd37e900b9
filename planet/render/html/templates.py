"""Jinja2, set up for themes: escaping always on, nothing undefined passes, and a fault names its file and line."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)

from planet.errors import ThemeError
from planet.i18n import Translator
from planet.model import Message
from planet.render.html.theme import Theme
from planet.text import xml_safe


class Templates:
    """The templates of one theme, speaking one language. `story.html` is the theme's own, `base/story.html` that of base."""

    def __init__(self, theme: Theme, translator: Translator, shared: Mapping[str, Any]) -> None:
        loaders: list[BaseLoader] = [FileSystemLoader([folder for _, folder in theme.folders])]
        loaders.append(PrefixLoader({name: FileSystemLoader(folder) for name, folder in theme.folders}))
        self._theme = theme
        self._environment = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            translator.gettext, translator.ngettext, newstyle=True
        )
        self._environment.globals |= {"t": translator, "theme": theme, **shared}

    def render(self, name: str, context: Mapping[str, Any]) -> bytes:
        """A whole page, without the control characters that no document may hold. Raises ThemeError."""
        return xml_safe(self.text(name, context)).encode()

    def text(self, name: str, context: Mapping[str, Any]) -> str:
        """What a template makes of its context. Raises ThemeError."""
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
