"""Read files of output/ and flush them to disk; errors become sentences that say what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from planet.errors import PublishError
from planet.model import Message


@contextlib.contextmanager
def explained_errors(path: Path) -> Iterator[None]:
    """Turn an error of the file system into a PublishError that says what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                reason = Message.of("the disk is full: free some space, then run again")
            case errno.EACCES | errno.EPERM | errno.EROFS:
                reason = Message.of(
                    "it may not be written: give it to the user who runs the planet, or choose another `output:`"
                )
            case errno.ENOTDIR | errno.EEXIST:
                reason = Message.of("a file stands where a folder must be: move it away, or choose another `output:`")
            case _:
                reason = Message(error.strerror or str(error))
        raise PublishError(
            Message.of("{path}: {reason}. What was published stays", path=where, reason=reason)
        ) from error


def bytes_of(path: Path) -> bytes | None:
    """The bytes of a regular file; None for anything else, or nothing."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def to_disk(path: Path) -> None:
    """Flush a file, or the entries of a folder, to disk (fsync)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
