"""A backup as a file: one tar with tables, attachments, and last a manifest of checksums."""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from internaldesk.core.errors import BadInput

FORMAT = 1
MANIFEST = "manifest.json"
_IN_MEMORY = 8 * 1024 * 1024
_PIECE = 1024 * 1024
_NAME = re.compile(r"(?:tables/[a-z_]{1,64}\.jsonl|files/[A-Za-z0-9_-]{1,64})")


@dataclass
class Writer:
    """Adds members and remembers their checksums; `about` goes into the manifest."""

    tar: tarfile.TarFile
    folder: Path
    about: dict[str, Any]
    sums: dict[str, str] = field(default_factory=dict)

    def add_lines(self, name: str, lines: Iterable[bytes]) -> None:
        """A member made of lines; its length is known only when they have all been written."""
        with SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(self.folder)) as spool:
            for line in lines:
                spool.write(line)
            length = spool.tell()
            spool.seek(0)
            self._add(name, length, spool)

    def add_file(self, name: str, path: Path) -> None:
        """A member copied from a file; raises FileNotFoundError."""
        with path.open("rb") as source:
            self._add(name, os.fstat(source.fileno()).st_size, source)

    def _add(self, name: str, length: int, source: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = length, 0o600
        watched = _Watched(source)
        self.tar.addfile(member, watched)
        self.sums[name] = watched.digest.hexdigest()


class _Watched(io.RawIOBase):
    """A stream that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A new backup at `path`, readable by its owner only; it appears when it is whole, or not at all.

    Raises BadInput when there is such a file already or it cannot be written.
    """
    if path.exists():
        raise BadInput(f"{path} exists already. Choose another name, or remove it first.")
    part = path.with_name(f"{path.name}.part")
    try:
        with _private(part) as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar, path.parent, {})
                yield writer
                _add_manifest(tar, {"format": FORMAT, **writer.about, "sha256": writer.sums})
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")


def _add_manifest(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    content = json.dumps(manifest, indent=1, sort_keys=True).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


@dataclass(frozen=True)
class Reader:
    """A backup whose every byte was compared with its manifest."""

    tar: tarfile.TarFile
    manifest: dict[str, Any]
    members: dict[str, tarfile.TarInfo]

    def lines(self, name: str) -> IO[bytes]:
        """The lines of a table; empty when the backup has no such table."""
        return self._open(name) if name in self.members else io.BytesIO(b"")

    def files(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Name and content of every attachment."""
        for name in self.members:
            folder, _, key = name.partition("/")
            if folder == "files":
                yield key, self._open(name)

    def _open(self, name: str) -> IO[bytes]:
        stream = self.tar.extractfile(self.members[name])
        assert stream is not None  # only plain files pass the check
        return stream


@contextmanager
def verified(path: Path) -> Iterator[Reader]:
    """Open a backup after checking all of it; raises BadInput with what is wrong."""
    with ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(path, mode="r:"))
            reader = _checked(tar, path)
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error
        except tarfile.TarError as error:
            raise BadInput(f"{path} is no backup, or only part of one: {error}.") from error
        yield reader


def _checked(tar: tarfile.TarFile, path: Path) -> Reader:
    members = {member.name: member for member in tar.getmembers()}
    listed = members.pop(MANIFEST, None)
    stream = tar.extractfile(listed) if listed and listed.isreg() else None
    if stream is None:
        raise BadInput(f"{path} is no backup, or only part of one: it has no manifest.")
    manifest = _parsed(stream.read(), path)
    if manifest.get("format") != FORMAT:
        raise BadInput(f"{path} has format {manifest.get('format')}; this program reads format {FORMAT}.")
    sums = manifest.get("sha256")
    if not isinstance(sums, dict) or sums.keys() != members.keys():
        raise BadInput(f"{path} was changed: its members are not those of its manifest. Nothing was restored.")
    for name, member in members.items():
        if not (member.isreg() and _NAME.fullmatch(name)) or _digest(tar, member) != sums[name]:
            raise BadInput(f"{path} was changed: {name} is not what its manifest says. Nothing was restored.")
    return Reader(tar, manifest, members)


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except ValueError as error:
        raise BadInput(f"{path} was changed: its manifest cannot be read. Nothing was restored.") from error
    return manifest if isinstance(manifest, dict) else {}


def _digest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    stream = tar.extractfile(member)
    assert stream is not None
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
