"""The file of a backup: a header, the rows of all tables, and a trailer that tells a whole file
from one that was cut off or changed.

JSON lines, packed with gzip: the header is an object, a row is `["table", [values…]]`, the trailer
counts the rows and holds the SHA-256 of all lines before it. Knows no database.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.errors import BackupUnusable

FORMAT, VERSION = "troly06-backup", 1
#: The window that makes zlib write what gzip reads:
#: https://docs.python.org/3/library/zlib.html#zlib.compressobj (read 2026-11-21).
_GZIP = 31
#: No row of ours comes near it; a file that is no backup is not read into memory whole.
_MAX_LINE_BYTES = 16 * 2**20

# Codes of faults.
_EXISTS = "backup_exists"
_UNWRITABLE = "backup_unwritable"
_UNREADABLE = "backup_unreadable"
_NOT_OURS = "backup_not_ours"
_NEWER = "backup_newer_format"
_DAMAGED = "backup_damaged"


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself."""

    #: The schema that its tables are of.
    revision: str
    #: The version of the program that made it.
    program: str
    #: The same for the same secret key; says nothing of it.
    key_fingerprint: str
    made_at: datetime
    #: The columns of each table, in the order of the values in its rows.
    tables: Mapping[str, Sequence[str]]

    def to_data(self) -> dict[str, Any]:
        """JSON-ready data; `from_data` gives an equal header back."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "revision": self.revision,
            "program": self.program,
            "key_fingerprint": self.key_fingerprint,
            "made_at": self.made_at.isoformat(),
            "tables": self.tables,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Header:
        """The header that gave this data; raises KeyError, TypeError, ValueError for other data."""
        return cls(
            revision=str(data["revision"]),
            program=str(data["program"]),
            key_fingerprint=str(data["key_fingerprint"]),
            made_at=datetime.fromisoformat(data["made_at"]),
            tables={str(name): list(columns) for name, columns in dict(data["tables"]).items()},
        )


class BackupWriter:
    """Writes the lines of one backup."""

    def __init__(self, target: Path, raw: BinaryIO, header: Header) -> None:
        self._target = target
        self._raw = raw
        self._packer = zlib.compressobj(wbits=_GZIP)
        self._hash = hashlib.sha256()
        self._counts = Counter(dict.fromkeys(header.tables, 0))
        self._write([header.to_data()])

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each table were written."""
        return dict(self._counts)

    def add(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Write rows of a table, their values JSON-ready.

        Raises:
            BackupUnusable: the disk is full, or gone.
        """
        self._write([table, row] for row in rows)
        self._counts[table] += len(rows)

    def finish(self) -> None:
        """Write the trailer, and make sure that all of it is on the disk."""
        self._write([{"rows": self.counts, "sha256": self._hash.hexdigest()}])
        with _explaining(_UNWRITABLE, self._target):
            self._raw.write(self._packer.flush())
            self._raw.flush()
            os.fsync(self._raw.fileno())

    def _write(self, values: Iterable[object]) -> None:
        # ASCII alone: text in JSON may hold half a surrogate pair, which UTF-8 cannot.
        lines = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in values).encode()
        self._hash.update(lines)
        with _explaining(_UNWRITABLE, self._target):
            self._raw.write(self._packer.compress(lines))


@contextmanager
def writing_backup(target: Path, header: Header) -> Iterator[BackupWriter]:
    """A new backup, for the eyes of its owner alone: under its name once it is whole and on the
    disk, and not there at all when anything fails before. Overwrites nothing.

    Raises:
        BackupUnusable: there is such a file, or it cannot be written.
    """
    with _explaining(_UNWRITABLE, target):
        _refuse_existing(target)
        # Made for the owner alone (mode 0600).
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft, raw = Path(name), os.fdopen(descriptor, "wb")
    try:
        writer = BackupWriter(target, raw, header)
        yield writer
        writer.finish()
        with _explaining(_UNWRITABLE, target):
            raw.close()
            _refuse_existing(target)
            draft.rename(target)
            _sync_folder(target.parent)
    finally:
        with suppress(OSError):  # what could not be written is thrown away
            raw.close()
        draft.unlink(missing_ok=True)


def _refuse_existing(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise BackupUnusable.of(_EXISTS, path=target)


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk as well when the power goes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class BackupFile:
    """A backup to read, as often as one likes and a line at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read_header(self) -> Header:
        """What the file says of itself.

        Raises:
            BackupUnusable: it cannot be read, is no backup, or is of a newer format.
        """
        with self._opened(_NOT_OURS) as lines:
            return self._parse_header(_parse(next(lines, b"")))

    def _parse_header(self, data: Any) -> Header:  # noqa: ANN401 - whatever JSON holds
        if data["format"] != FORMAT:
            raise ValueError(data["format"])
        if data["version"] != VERSION:
            raise BackupUnusable.of(_NEWER, path=self._path)
        return Header.from_data(data)

    def read_rows(self) -> Iterator[tuple[str, list[Any]]]:
        """The table and the values of every row, in the order in which they were written.

        Raises:
            BackupUnusable: the file was cut off or changed, which may show at the end only.
        """
        counts: Counter[str] = Counter()
        hashed = hashlib.sha256()
        with self._opened(_DAMAGED) as lines:
            header = next(lines, b"")
            hashed.update(header)
            counts.update(dict.fromkeys(self._parse_header(_parse(header)).tables, 0))
            for line in lines:
                value = _parse(line)
                if isinstance(value, dict):
                    whole = {"rows": dict(counts), "sha256": hashed.hexdigest()}
                    if value == whole and next(lines, None) is None:
                        return
                    break
                hashed.update(line)
                table, values = value
                counts[table] += 1
                yield table, values
        raise BackupUnusable.of(_DAMAGED, path=self._path)

    @contextmanager
    def _opened(self, fault: str) -> Iterator[Iterator[bytes]]:
        """The lines of the file; whatever is wrong with them is this fault."""
        try:
            with _explaining(_UNREADABLE, self._path), gzip.open(self._path) as file:
                yield iter(lambda: file.readline(_MAX_LINE_BYTES), b"")
        except (EOFError, zlib.error, ValueError, TypeError, KeyError, RecursionError) as error:
            raise BackupUnusable.of(fault, path=self._path) from error


def _parse(line: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not line.endswith(b"\n"):
        raise EOFError(len(line))
    return json.loads(line)


@contextmanager
def _explaining(code: str, path: Path) -> Iterator[None]:
    """Faults of the disk come out as this one."""
    try:
        yield
    except gzip.BadGzipFile as error:
        raise ValueError(path) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupUnusable.of(code, path=path, reason=reason) from error
