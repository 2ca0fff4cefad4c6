"""A backup taken while people work gives back the same rows and files, on either database, or nothing at all."""

import hashlib
import io
import json
import os
import stat
import tarfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Text, cast, select, text
from sqlalchemy.exc import DatabaseError

from internaldesk.core.errors import BadInput, Refused
from internaldesk.db import db, unit_of_work
from internaldesk.models.people import Location, Person
from internaldesk.models.tickets import Attachment, Ticket
from internaldesk.people import actions as people
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import attachments
from internaldesk.upkeep import actions, rows
from tests import cast as people_of
from tests import desks, make
from tests.make import NOON

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def busy(app: Flask, files: Path) -> Flask:
    """A desk in which a good deal has happened."""
    fill(files)
    return app


def fill(files: Path) -> None:
    with unit_of_work():
        ticket = make.ticket(assignee="ben", customer_waiting=True, customer="Ørsted & Søn “A/S”")
        attach(ticket, b"one", files)
        tickets.reply(ticket, by=people_of.actor("ben"), now=NOON, body="Straße?\n\u2028 \U0001f9ea", then="wait")
        solved = make.ticket("hr/ask", by="eve", assignee="hana")
        tickets.solve(solved, by=people_of.actor("hana"), now=NOON + timedelta(hours=1), reason="Done.")
        boss = people.add_person("boss@desk.example", name="Boss", now=NOON)
        people_of.person("ada").line_manager_id = boss.id  # a parent with a higher id than its child
        people.start_session(boss, device="a phone", now=NOON)
        upload(b"never sent", files, by="eve")


def upload(content: bytes, files: Path, *, by: str = "ada") -> Attachment:
    kept = attachments.Upload("note.txt", io.BytesIO(content))
    return attachments.keep(kept, by=people_of.actor(by), now=NOON, folder=files)


def attach(ticket: Ticket, content: bytes, files: Path) -> None:
    row = upload(content, files)
    attachments.attach([row.id], ticket=ticket, by=people_of.actor("ada"))
    db.session.flush()


def everything() -> Rows:
    """Every row that is nobody's derivation, as the database holds it; the words of JSON, not what they mean."""
    db.session.rollback()
    found = {}
    for table in rows.stored():
        wanted = [cast(c, Text) if isinstance(c.type, JSON) else c for c in table.columns]
        found[table.name] = [tuple(row) for row in db.session.execute(select(*wanted).order_by(*table.primary_key))]
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}


def spoil(files: Path) -> None:
    """What happens between backup and restore."""
    with unit_of_work():
        make.ticket("it/access", by="eve")
        db.session.add(Location(slug="new", name="New", timezone="UTC"))
        people_of.person("ben").name = "Benjamin"
        upload(b"later", files)
    for name in list(contents(files))[:1]:
        (files / name).unlink()


def test_what_was_backed_up_comes_back_and_nothing_else(busy: Flask, files: Path, tmp_path: Path) -> None:
    before, kept = everything(), contents(files)

    told = actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    spoil(files)
    back = actions.restore(tmp_path / "b.tar", files=files, replace=True)

    assert everything() == before
    assert contents(files) == kept
    assert (told.rows, told.files, told.missing) == (sum(map(len, before.values())), 2, 0)
    assert (back.rows, back.files) == (told.rows, told.files)


def test_life_goes_on_after_a_restore(busy: Flask, files: Path, tmp_path: Path) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    actions.restore(tmp_path / "b.tar", files=files, replace=True)
    known = set(db.session.scalars(select(Ticket.id)))

    with unit_of_work():
        fresh = make.ticket(now=NOON).id

    assert fresh > max(known)
    for statement in ("DELETE FROM event", "UPDATE sla_event SET seq = 0"):
        with pytest.raises(DatabaseError, match="append only"):
            db.session.execute(text(statement))
        db.session.rollback()


@pytest.mark.postgres
@pytest.mark.parametrize("way", ["sqlite to postgres", "postgres to sqlite"])
def test_a_desk_moves_from_one_database_to_the_other(
    fresh_sqlite: desks.Fresh, fresh_postgres: desks.Fresh, files: Path, tmp_path: Path, way: str
) -> None:
    here, there = (fresh_sqlite, fresh_postgres)[:: 1 if way.startswith("sqlite") else -1]
    with here().app_context():
        fill(files)
        before = everything()
        actions.backup(tmp_path / "b.tar", files=files, now=NOON)

    with there().app_context():
        actions.restore(tmp_path / "b.tar", files=tmp_path / "elsewhere", replace=True)

        assert everything() == before
    assert contents(tmp_path / "elsewhere") == contents(files)


def test_only_the_owner_reads_a_backup(busy: Flask, files: Path, tmp_path: Path) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)

    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600


def test_a_backup_while_people_file_is_of_one_instant(app: Flask, files: Path, tmp_path: Path) -> None:
    """R-17: all that was acknowledged before it began is in it, and no ticket without its file."""
    acknowledged: list[int] = []
    ending = threading.Event()

    def keep_filing(number: int) -> None:
        with app.app_context():
            while not ending.is_set():
                with unit_of_work():
                    ticket = make.ticket(by=("ada", "eve")[number])
                    attach(ticket, f"of {ticket.id}".encode(), files) if number == 0 else None
                    known = ticket.id
                acknowledged.append(known)
                db.session.remove()

    crowd = [threading.Thread(target=keep_filing, args=(number,)) for number in range(2)]
    for thread in crowd:
        thread.start()
    try:
        sure = {}
        for number in range(5):
            while len(acknowledged) < 3 * (number + 1):
                ending.wait(0.01)
            sure[number] = set(acknowledged)
            actions.backup(tmp_path / f"{number}.tar", files=files, now=NOON)
    finally:
        ending.set()
        for thread in crowd:
            thread.join()

    for number in range(5):
        actions.restore(tmp_path / f"{number}.tar", files=files, replace=True)
        found = set(db.session.scalars(select(Ticket.id)))
        assert sure[number] <= found <= set(acknowledged)
        ada = people_of.person("ada").id
        with_files = dict(db.session.execute(select(Attachment.ticket_id, Attachment.key)).all())
        assert set(with_files) == set(db.session.scalars(select(Ticket.id).where(Ticket.requester_id == ada)))
        assert contents(files) == {key: f"of {ticket}".encode() for ticket, key in with_files.items()}


def test_a_file_that_is_missing_is_told_and_an_unsent_one_is_not(busy: Flask, files: Path, tmp_path: Path) -> None:
    for file in list(files.iterdir()):
        file.unlink()

    told = actions.backup(tmp_path / "b.tar", files=files, now=NOON)

    assert (told.files, told.missing) == (0, 1)


def test_a_backup_never_overwrites(busy: Flask, files: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("mine")

    with pytest.raises(BadInput, match="exists already"):
        actions.backup(tmp_path / "b.tar", files=files, now=NOON)

    assert (tmp_path / "b.tar").read_text() == "mine"


def test_a_backup_that_fails_leaves_nothing(
    busy: Flask, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)

    with pytest.raises(BadInput, match="No space left on device"):
        actions.backup(tmp_path / "b.tar", files=files, now=NOON)

    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("b.tar")] == []


def test_a_folder_that_is_not_there(busy: Flask, files: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written: No such file"):
        actions.backup(tmp_path / "no" / "b.tar", files=files, now=NOON)
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        actions.restore(tmp_path / "b.tar", files=files)


def test_a_desk_with_people_is_replaced_only_when_asked(busy: Flask, files: Path, tmp_path: Path) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    before = everything()

    with pytest.raises(Refused, match="Add --replace"):
        actions.restore(tmp_path / "b.tar", files=files)
    assert everything() == before


def test_progress_is_told_in_rows(busy: Flask, files: Path, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    total = sum(map(len, everything().values()))

    actions.backup(tmp_path / "b.tar", files=files, now=NOON, tell=lambda *said: heard.append(said))
    actions.restore(tmp_path / "b.tar", files=files, replace=True, tell=lambda *said: heard.append(said))

    assert [said for said in heard if said[0] == said[1]] == [(total, total)] * 2
    assert {total_of for _, total_of in heard} == {total}


Members = dict[str, bytes]


def anew(path: Path, change: Callable[[Members, dict[str, Any]], None], *, sums: bool = False) -> None:
    """Write a backup again after `change` to its members and its manifest; `sums` makes the checksums right again."""
    with tarfile.open(path) as tar:
        members = {name: tar.extractfile(name).read() for name in tar.getnames()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    if sums:
        manifest["sha256"] = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    with tarfile.open(path, "w") as tar:
        for name, content in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def change_a_word(members: Members, _manifest: dict[str, Any]) -> None:
    members["tables/person.jsonl"] = members["tables/person.jsonl"].replace(b"Ada", b"Eda")


def change_a_file(members: Members, _manifest: dict[str, Any]) -> None:
    name = next(name for name in members if name.startswith("files/"))
    members[name] += b"!"


def drop_a_table(members: Members, _manifest: dict[str, Any]) -> None:
    del members["tables/note.jsonl"]


def add_a_member(members: Members, _manifest: dict[str, Any]) -> None:
    members["files/extra"] = b"x"


def climb(members: Members, manifest: dict[str, Any]) -> None:
    members["files/../../climbed"] = b"x"
    manifest["sha256"]["files/../../climbed"] = hashlib.sha256(b"x").hexdigest()


def other_format(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["format"] = 2


def other_revision(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["revision"] = "0000"


def sums_gone(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["sha256"] = None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (change_a_word, "tables/person.jsonl is not what its manifest says"),
        (change_a_file, "is not what its manifest says"),
        (drop_a_table, "not those of its manifest"),
        (add_a_member, "not those of its manifest"),
        (climb, "is not what its manifest says"),
        (other_format, "has format 2"),
        (other_revision, "has revision 0000"),
        (sums_gone, "not those of its manifest"),
    ],
)
def test_a_changed_backup_is_refused_before_anything_is_touched(
    busy: Flask, files: Path, tmp_path: Path, change: Callable[..., None], says: str
) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    before, kept = everything(), contents(files)
    anew(tmp_path / "b.tar", change)

    with pytest.raises(BadInput, match=says):
        actions.restore(tmp_path / "b.tar", files=files, replace=True)

    assert everything() == before
    assert contents(files) == kept
    assert not (tmp_path.parent / "climbed").exists()


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100, b"\x00" * 20_000])
def test_what_is_no_backup_is_refused(busy: Flask, files: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)

    with pytest.raises(BadInput, match="no backup"):
        actions.restore(tmp_path / "b.tar", files=files, replace=True)


def test_half_a_backup_is_refused(busy: Flask, files: Path, tmp_path: Path) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    whole = (tmp_path / "b.tar").read_bytes()

    for share in (0.3, 0.6, 0.9):
        (tmp_path / "half.tar").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BadInput):
            actions.restore(tmp_path / "half.tar", files=files, replace=True)


def lose_a_parent(members: Members, _manifest: dict[str, Any]) -> None:
    head, *lines = members["tables/location.jsonl"].splitlines(keepends=True)
    members["tables/location.jsonl"] = head + b"".join(lines[:-1])


def lose_a_column(members: Members, _manifest: dict[str, Any]) -> None:
    members["tables/job.jsonl"] = b'["name"]\n["sweep"]\n'


def break_a_line(members: Members, _manifest: dict[str, Any]) -> None:
    members["tables/ticket.jsonl"] += b"[1, 2\n"


def bend_a_value(members: Members, _manifest: dict[str, Any]) -> None:
    members["tables/message.jsonl"] = members["tables/message.jsonl"].replace(b"2026-11-18T12", b"yesterday")


@pytest.mark.parametrize("change", [lose_a_parent, lose_a_column, break_a_line, bend_a_value])
def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    busy: Flask, files: Path, tmp_path: Path, change: Callable[..., None]
) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    spoil(files)
    before, kept = everything(), contents(files)
    anew(tmp_path / "b.tar", change, sums=True)

    with pytest.raises(BadInput, match="does not fit this desk"):
        actions.restore(tmp_path / "b.tar", files=files, replace=True)

    assert everything() == before
    assert contents(files).items() >= kept.items()
    with pytest.raises(DatabaseError, match="append only"):
        db.session.execute(text("DELETE FROM event"))
    db.session.rollback()


def test_an_empty_desk_takes_a_backup_unasked(busy: Flask, files: Path, tmp_path: Path) -> None:
    actions.backup(tmp_path / "b.tar", files=files, now=NOON)
    before = everything()
    with unit_of_work():
        rows.empty(db.session.connection())
    assert db.session.scalars(select(Person)).all() == []

    actions.restore(tmp_path / "b.tar", files=files)

    assert everything() == before
