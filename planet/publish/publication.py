"""One publication: keep unchanged files, stage new ones, rename them into place, remove stale ones."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from planet.errors import PlanetError, PublishError
from planet.model import Bundle, Closing, Message, Published, Section
from planet.publish.files import bytes_of, explained_errors, to_disk
from planet.publish.manifest import FOLDER, MANIFEST, PENDING, STAGE, Manifest, Pending, Record, StoryCount
from planet.publish.paths import Claims, Place, check, parents
from planet.publish.signals import undisturbed
from planet.text import one_line

if TYPE_CHECKING:
    from planet.model import Artifact, Piece

log = logging.getLogger(__name__)
Step = Callable[[str], None]
MANY = 200
"""So many files are flushed by one sync of the whole file system."""
_FEEDS = (".xml", ".json", ".ics", ".txt")


class Publication:
    """One publication in progress: unchanged, staged and stale files."""

    def __init__(self, output: Path, manifest: Manifest, pending: Pending, step: Step) -> None:
        self.output = output
        self.manifest = manifest
        self.pending = pending
        self.step = step
        self.claims = Claims()
        self.unclaimed: list[str] | None = []
        """Paths of published files that are not compared with others yet; None once all are."""
        self.place = Place(output)
        self.records: dict[str, Record] = {}
        self.bundles: dict[str, str] = {}
        self.staged: dict[str, Path] = {}
        self.new: set[str] = set()
        self.kept = 0
        self.foreign: list[str] = []
        self.blocked: dict[str, str] = {}
        self.not_made: list[tuple[str, str]] = []
        self.ours = self.manifest.files.keys() | self.pending.paths
        self.in_bundle: dict[str, list[str]] = {}
        for path, record in manifest.files.items():
            if record.bundle:
                self.in_bundle.setdefault(record.bundle, []).append(path)

    def take_piece(self, piece: Piece) -> None:
        """Keep the files with unchanged inputs, and stage the others."""
        match piece:
            case Bundle():
                self._take_bundle(piece)
            case Section():
                self._take_section(piece)
            case Closing():
                for artifact in piece.files(sorted(self.records)):
                    self.take(artifact)
            case _:
                self.take(piece)

    def _take_section(self, section: Section) -> None:
        known = self.in_bundle.get(section.name, [])
        if self.manifest.bundles.get(section.name) == section.digest and all(map(self._untouched, known)):
            self._keep(section.name, known)
            return
        missing = len(self.not_made)
        for artifact in section.files():
            self.take(artifact, section.name)
        # What could not be made is tried again.
        self.bundles[section.name] = section.digest if len(self.not_made) == missing else ""

    def _keep(self, bundle: str, paths: Sequence[str]) -> None:
        """All files of a bundle or a section stay as they were published."""
        if bundle in self.manifest.bundles:
            self.bundles[bundle] = self.manifest.bundles[bundle]
        for path in paths:
            self._claim(path)
            self.records[path] = self.manifest.files[path]

    def _claim(self, path: str) -> None:
        """Raises PublishError for a path that clashes with another. Published paths do not clash with each other: they are
        compared only when there is a new one.
        """
        if path in self.manifest.files and path not in self.records and self.unclaimed is not None:
            check(path)
            self.unclaimed.append(path)
            return
        for earlier in self.unclaimed or ():
            self.claims.claim(earlier)
        self.unclaimed = None
        self.claims.claim(path)

    def take(self, artifact: Artifact, section: str = "") -> None:
        """Keep a file that was made from the same inputs, or make it, aside. `section`: what it belongs to, "" nothing."""
        self._claim(artifact.path)
        record = self.manifest.files.get(artifact.path)
        with explained_errors(self.output / artifact.path):
            reason = self._reason_to_make(artifact, record)
            if record and not reason:
                self.kept += 1
                self.records[artifact.path] = record if record.bundle == section else replace(record, bundle=section)
                return
        log.info("%s: made, %s", artifact.path, reason)
        try:
            data = artifact.make()
        except PlanetError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is costs this file, which stays as it was
            self._note_not_made(artifact.path, error)
            if record:
                self.records[artifact.path] = record
            return
        self._put(artifact.path, data, artifact.digest, bundle=section, volatile=artifact.volatile)

    def _note_not_made(self, path: str, error: Exception) -> None:
        """Note a file that a bug or an unexpected stored value keeps from being made: its published version stays, all else is published."""
        log.info("%s cannot be made, what was published stays: please report it (%r)", path, error)
        self.not_made.append((path, one_line(f"{type(error).__name__}: {error}", 200)))

    def _reason_to_make(self, artifact: Artifact, record: Record | None) -> str:
        """Why the file is made again, "" when what is published was made from the same inputs."""
        if record is None:
            return "not published yet"
        if artifact.volatile:
            return "it shows times of runs"
        if record.digest != artifact.digest:
            before = set(record.digest.split())
            return f"changed: {', '.join(part.rpartition(':')[0] for part in artifact.digest.split() if part not in before)}"
        return "" if self._untouched(artifact.path) else "the file was touched or removed"

    def _take_bundle(self, bundle: Bundle) -> None:
        folder = bundle.folder.rstrip("/")
        known = self.in_bundle.get(folder, [])
        with explained_errors(self.output / folder):
            same = self.manifest.bundles.get(folder) == bundle.digest and all(map(self._untouched, known))
        files: dict[str, bytes] | None = None
        try:
            files = None if same else bundle.make()
        except PlanetError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is costs this folder, which stays as it was
            self._note_not_made(f"{folder}/", error)
        if files is None:
            self._keep(folder, known)
            return
        self.bundles[folder] = bundle.digest
        for path, data in sorted(files.items()):
            if not path.startswith(f"{folder}/"):
                raise PublishError(
                    Message.of("{path} is not below {folder}/: please report it", path=path, folder=folder)
                )
            self._claim(path)
            self._put(path, data, bundle.digest, bundle=folder)

    def _untouched(self, path: str) -> bool:
        """Whether a file still has the published bytes. Its hash is compared only if it was touched since the manifest was written."""
        record = self.manifest.files[path]
        if self.place.file_in_the_way(path):
            return False
        place = f"{self.output}/{path}"
        try:
            status = os.lstat(place)
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not stat.S_ISREG(status.st_mode) or status.st_size != record.size:
            return False
        if status.st_mtime_ns <= self.manifest.mtime_ns and path not in self.pending.paths:
            return True
        return hashlib.sha256((self.output / path).read_bytes()).hexdigest() == record.sha256

    def is_as_published(self, path: str) -> bool:
        """Whether a file is there, with the bytes that were published where they are remembered."""
        if self.manifest.files[path].size >= 0:
            return self._untouched(path)
        return not self.place.file_in_the_way(path) and stat.S_ISREG((self.output / path).lstat().st_mode)

    def _put(self, path: str, data: bytes, digest: str, *, bundle: str = "", volatile: bool = False) -> None:
        """Stage the bytes, unless the file has them already."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.records[path] = (
            Record() if volatile else Record(digest=digest, sha256=sha256, size=len(data), bundle=bundle)
        )
        target = self.output / path
        with explained_errors(target):
            blocking = self.place.file_in_the_way(path)
            if blocking and blocking not in self.ours:
                raise PublishError(
                    Message.of("{path} is a file where a folder must be: move it away", path=self.output / blocking)
                )
            if blocking:
                self.blocked[path] = blocking
            elif bytes_of(target) == data:
                log.info("%s: not written, its bytes are the same", path)
                return
            elif target.is_dir() and not target.is_symlink():
                raise PublishError(Message.of("{path} is a folder where a file must be: move it away", path=target))
            elif os.path.lexists(target) and path not in self.ours:
                self.foreign.append(path)
            if blocking or not os.path.lexists(target):
                self.new.add(path)
            self._stage(path, data)

    def _stage(self, path: str, data: bytes) -> None:
        folder = self.output / FOLDER / STAGE
        if not self.staged:
            self.step("stage")
            (self.output / FOLDER).mkdir(parents=True, exist_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        aside = folder / str(len(self.staged))
        with aside.open("xb") as file:
            file.write(data)
        self.staged[path] = aside

    def commit(self, owner: Sequence[str], stories: Mapping[str, StoryCount]) -> Published:
        """Put everything in its place; only now the site changes."""
        stale = sorted(path for path in self.ours - self.records.keys() if self._is_ours_to_remove(path))
        manifest = Manifest(owner=tuple(owner), stories=stories, bundles=self.bundles, files=self.records)
        with explained_errors(self.output), undisturbed():
            if stale or any(self._is_news(path) for path in self.staged):
                self._flush()
                paths = self.pending.paths | self.staged.keys()
                self._replace(PENDING, Pending(owner=tuple(owner), paths=paths).to_bytes(), "journal")
            self.write(stale)
            for path in stale:
                if path not in self.blocked.values():
                    self._remove(path)
            text = manifest.to_bytes()
            if text != bytes_of(self.output / FOLDER / MANIFEST):
                self._replace(MANIFEST, text, "manifest")
            if os.path.lexists(self.output / FOLDER / PENDING):
                self.step("journal done")
                (self.output / FOLDER / PENDING).unlink()
        return Published(
            written=tuple(sorted(self.staged)),
            removed=tuple(stale),
            not_made=tuple(self.not_made),
            state=hashlib.sha256(text).hexdigest(),
        )

    def _is_news(self, path: str) -> bool:
        """Whether a file must be in the list for the next run before it is written; volatile files of the planet need not."""
        return self.records[path].size >= 0 or path not in self.manifest.files

    def write(self, stale: Sequence[str]) -> None:
        for path in sorted(self.staged, key=lambda path: rank(path, new=path in self.new)):
            if path in self.blocked and self.blocked[path] in stale:
                # A file of ours became a folder.
                self._remove(self.blocked[path])
            for folder in parents(path):
                if not (self.output / folder).is_dir():
                    self.step(f"folder {folder}")
                    (self.output / folder).mkdir(exist_ok=True)
            self.step(f"write {path}")
            self.staged[path].replace(self.output / path)

    def _is_ours_to_remove(self, path: str) -> bool:
        """Whether a path of ours that nothing produces any more is still a file, reached without a symbolic link."""
        try:
            return not self.place.file_in_the_way(path) and stat.S_ISREG((self.output / path).lstat().st_mode)
        except (OSError, PublishError):
            return False

    def _remove(self, path: str) -> None:
        target = self.output / path
        if not os.path.lexists(target):
            return
        self.step(f"remove {path}")
        target.unlink()
        for folder in reversed(list(parents(path))):
            try:
                (self.output / folder).rmdir()
            except OSError:
                break

    def _flush(self) -> None:
        """Flush staged files to disk before the first rename: after a power cut a file is the old or the new one, never partial."""
        if len(self.staged) > MANY:
            os.sync()  # one wait for all; what follows then finds nothing left to do
        for aside in self.staged.values():
            to_disk(aside)

    def _replace(self, name: str, data: bytes, step: str) -> None:
        """Replace one of the planet's own files atomically; it is on disk when this returns."""
        folder = self.output / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f"{name}.new"
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.step(step)
        aside.replace(folder / name)
        to_disk(folder)

    def clean(self) -> None:
        """Remove the staged files."""
        folder = self.output / FOLDER
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder / STAGE, ignore_errors=True)
            for name in (MANIFEST, PENDING):
                with contextlib.suppress(OSError):
                    (folder / f"{name}.new").unlink(missing_ok=True)


def rank(path: str, *, new: bool) -> tuple[int, int, str]:
    """Where a file stands in the order of writing (see the module): new before changed, what pages load before pages, the home last."""
    page = path.endswith(".html")
    feed = path.endswith(_FEEDS) and not path.startswith("static/")
    kind = (1 if page else 0) if new else (3 if page else 4 if feed else 2)
    return kind, -path.count("/"), path
