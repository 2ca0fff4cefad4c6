"""`flask desk import`: what it says, and with which status it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from internaldesk.db import db
from internaldesk.models.tickets import Ticket

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def command(*words: object) -> Result:
        db.session.commit()
        done = app.test_cli_runner().invoke(args=["desk", *map(str, words)])
        db.session.rollback()
        return done

    return command


def test_import_brings_a_log_in_and_says_so(run: Run, tmp_path: Path) -> None:
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.toml"
    log.write_text("no,at,what,whose\n7,2026-03-02T09:00:00Z,new,IT\n7,2026-03-02T09:20:00Z,done,IT\n")
    mapping.write_text(MAPPING)

    dry, done = run("import", log, "--mapping", mapping, "--dry-run"), run("import", log, "--mapping", mapping)

    assert dry.stdout.splitlines()[0].startswith("1 request with 2 events from 2026-03-02 to 2026-03-02 would come in")
    assert done.stdout.splitlines()[2] == "First replies on time: 1 of 1."
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_import_names_every_bad_line(run: Run, tmp_path: Path) -> None:
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.toml"
    log.write_text("no,at,what,whose\n7,2026-03-02T09:00:00Z,new,IT\n7,soon,done,IT\n8,2026-03-02T09:00:00Z,lost,IT\n")
    mapping.write_text(MAPPING)

    done = run("import", log, "--mapping", mapping)

    assert (done.exit_code, done.stdout) == (2, "")
    assert [line[:7] for line in done.stderr.splitlines()] == ["Nothing", "line 3:", "line 4:"]
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 0


@pytest.mark.parametrize("name", ["mapping.toml", "mapping.json"])
def test_import_refuses_a_mapping_that_is_none(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("= no")

    done = run("import", tmp_path / "log.csv", "--mapping", tmp_path / name)

    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{name} is not" in done.stderr


MAPPING = """
[source]
name = "Old desk"
zone = "Europe/London"
summary = "Number {no}"
[columns]
number = "no"
time = "at"
activity = "what"
team = "whose"
[activities]
new = "filed"
done = ["reply", "solved"]
[promise]
team = "it"
name = "Something is broken"
[people]
location = "head-office"
[teams]
map = { IT = "it" }
[locations]
otherwise = "head-office"
"""
