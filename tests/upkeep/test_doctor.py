"""What the doctor finds, one thing at a time."""

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from internaldesk.db import db
from internaldesk.models.jobs import Job
from internaldesk.models.tickets import Attachment
from internaldesk.settings import Settings
from internaldesk.upkeep import doctor, schema
from tests import cast, make
from tests.make import NOON

Look = Callable[..., list[str]]


@pytest.fixture
def look(app: Flask, tmp_path: Path) -> Look:
    """A desk that is well, but for what the test does to it."""
    db.session.add(Job(name="sweep", due_at=NOON + timedelta(minutes=1), finished_at=NOON, error=""))
    well = replace(app.config["DESK"], data=tmp_path, demo=True)

    def found(**other: object) -> list[str]:
        settings: Settings = replace(well, **other)
        db.session.commit()
        return doctor.findings(settings, now=NOON)

    return found


def test_nothing_is_said_when_all_is_well(look: Look) -> None:
    assert look() == []


def test_a_key_that_others_can_read(look: Look, tmp_path: Path) -> None:
    key = tmp_path / "secret_key"
    key.write_text("x")
    key.chmod(0o640)

    (sentence,) = look()

    assert sentence.endswith(f"Run: chmod 600 {key}")
    key.chmod(0o600)
    assert look() == []


def test_a_folder_that_others_can_read(look: Look, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    assert look() == [f"Others on this machine can read {tmp_path}. Run: chmod 700 {tmp_path}"]


def test_passwords_in_the_clear(look: Look) -> None:
    assert "without https" in look(base_url="http://desk.company.example")[0]
    assert look(base_url="https://desk.company.example") == []


def test_a_full_disk(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: SimpleNamespace(free=100 * 1024**2))

    assert "Only 100 MB are free" in look()[0]


def test_a_folder_that_cannot_be_written(look: Look, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")

    assert any("Files cannot be written" in sentence for sentence in look())


def test_a_mail_server_that_is_not_there(look: Look) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        assert look(mail_url=f"smtp://127.0.0.1:{port}") == []

    assert "DESK_MAIL_URL cannot be reached: Connection refused" in look(mail_url=f"smtp://127.0.0.1:{port}")[0]


def test_tables_of_another_revision(look: Look) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    assert look() == [f"The tables are at revision 0000, this program wants {schema.wanted()}. Run: flask desk init"]


def test_a_database_that_is_away(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> str:
        raise OperationalError("", {}, Exception("connection refused"))

    monkeypatch.setattr(schema, "present", away)

    assert look() == ["The database does not answer: connection refused."]


def test_no_worker_ever(look: Look) -> None:
    db.session.query(Job).delete()

    assert look() == ["No worker has ever run. Start: flask desk work"]


def test_a_worker_that_fell_behind_and_a_job_that_failed(look: Look) -> None:
    job = db.session.get_one(Job, "sweep")
    job.due_at, job.error = NOON - timedelta(minutes=12), "ValueError: poison"

    assert look() == [
        "The worker is 12 minutes behind (sweep). Is it running? flask desk work",
        "The job sweep failed when it ran last: ValueError: poison",
    ]


def test_demo_people_in_a_real_desk(look: Look) -> None:
    assert look(demo=False) == ["10 demo people whose password everybody knows can sign in."]


def test_files_that_are_gone(look: Look, tmp_path: Path) -> None:
    ticket = make.ticket()
    facts = {"uploader_id": cast.person("ada").id, "size": 1, "media_type": "text/plain", "sha256": "", "at": NOON}
    db.session.add(Attachment(key="gone", ticket_id=ticket.id, name="a", **facts))
    db.session.add(Attachment(key="never-sent", name="b", **facts))

    assert look() == [f"Files of requests that are missing in {tmp_path / 'files'}: 1, the first is gone."]


def test_a_damaged_file(look: Look, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL checks its own pages")
    file = Path(str(db.engine.url.database))
    db.session.commit()
    db.session.remove()
    db.engine.dispose()  # the last connection moves what is in the journal into the file
    with file.open("r+b") as pages:
        pages.seek(20 * 4096)
        pages.write(bytes(range(256)) * 48)

    assert any("damaged" in sentence or "malformed" in sentence for sentence in look())
