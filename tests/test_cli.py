"""The commands: one plain sentence each, status 2 on bad input, and nothing written then."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from internaldesk import cli
from internaldesk.catalogue import actions as catalogue
from internaldesk.core.errors import Refused
from internaldesk.db import db, unit_of_work
from internaldesk.jobs.timetable import TIMETABLE
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Membership, PasswordLink, Person, TeamRole
from internaldesk.models.tickets import Ticket
from internaldesk.people import queries as people
from internaldesk.upkeep import actions as upkeep
from internaldesk.upkeep import schema, serving
from internaldesk.upkeep.bar import Bar
from tests import cast, make
from tests.guards.reading import ROOT

SAMPLES = ROOT / "tests" / "core" / "data" / "sla_samples.json"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def command(*words: object) -> Result:
        db.session.commit()
        done = app.test_cli_runner().invoke(args=["desk", *map(str, words)])
        db.session.rollback()
        return done

    return command


def refused(done: Result, sentence: str, *, status: int = 2) -> bool:
    """Whether a command said one plain sentence, on standard error, and ended with that status."""
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert re.search(sentence, done.stderr), done.stderr
    return done.exit_code == status


def counts() -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (Person, Membership, PasswordLink)]


def test_init_may_be_repeated_and_undoes_nothing(run: Run) -> None:
    kind = db.session.scalars(select(RequestType).limit(1)).one()
    kind.name = "As our lead calls it"

    done = run("init")

    assert done.exit_code == 0
    assert done.output == "The database is up to date, the catalogue was there.\n"
    assert db.session.get_one(RequestType, kind.id).name == "As our lead calls it"


def test_init_refuses_tables_that_are_newer_than_the_program(run: Run) -> None:
    db.session.execute(db.text("UPDATE alembic_version SET version_num = '9999'"))

    assert refused(run("init"), "revision 9999, which is newer than this program")


def test_init_keeps_a_copy_of_a_file_before_it_changes_tables(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("a server has backups of its own")
    before = counts()
    db.session.remove()
    schema.go_to("0002")

    done = run("init")

    copy = Path(f"{db.engine.url.database}.before-{schema.wanted()}")
    assert done.output.startswith("The database is upgraded, ")
    assert str(copy) in done.output
    assert copy.stat().st_size > 0
    assert counts() == before
    copy.unlink()


def test_init_that_fails_half_way_says_so_and_loads_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> int:
        db.session.add(Person(email="half@way", name="x", location_id=1))
        raise Refused("The catalogue is broken.")

    monkeypatch.setattr(catalogue, "load_defaults", fail)
    before = counts()

    assert refused(run("init"), "The catalogue is broken.")
    assert counts() == before


@pytest.mark.parametrize(
    ("words", "team", "role", "hats"),
    [
        ((), None, None, (False, False)),
        (("--role", "employee"), None, None, (False, False)),
        (("--team", "it"), "it", TeamRole.AGENT, (False, False)),
        (("--team", "hr", "--role", "lead"), "hr", TeamRole.LEAD, (False, False)),
        (("--role", "manager"), None, None, (True, False)),
        (("--role", "admin"), None, None, (False, True)),
    ],
)
def test_a_person_is_entered_and_gets_a_link(
    run: Run, words: tuple[str, ...], team: str | None, role: TeamRole | None, hats: tuple[bool, bool]
) -> None:
    done = run("person", "add", "Zoe@Company.Example", "--name", "Zoe Zahn", *words)

    zoe = people.by_email("zoe@company.example")
    assert zoe is not None
    assert done.exit_code == 0
    assert (zoe.manager, zoe.admin) == hats
    assert [(place.team.slug, place.role) for place in zoe.memberships] == ([(team, role)] if team else [])
    token = re.fullmatch(r"Zoe Zahn is entered\. .* once: http://127\.0\.0\.1:8000/password/(\S+)\n", done.output)
    assert token
    link = db.session.scalars(select(PasswordLink)).one()
    assert people.open_link(token[1], now=link.created_at) == zoe


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("zoe", "--name", "Zoe"), "“zoe” is not an e-mail address"),
        ((cast.email("ada"), "--name", "Ada"), "There is somebody with the address"),
        (("zoe@a.example", "--name", " "), "needs a name"),
        (("zoe@a.example", "--name", "Zoe", "--team", "nowhere"), "no team called “nowhere”"),
        (("zoe@a.example", "--name", "Zoe", "--role", "lead"), "need a --team"),
        (("zoe@a.example", "--name", "Zoe", "--team", "it", "--role", "admin"), "need a --team"),
        (("zoe@a.example", "--name", "Zoe", "--role", "king"), "king"),
        (("zoe@a.example",), "Missing option '--name'"),
        (("--name", "Zoe"), "Missing argument 'EMAIL'"),
        (("zoe@a.example", "--name", "Zoe", "--shoe", "44"), "No such option"),
    ],
)
def test_a_person_that_makes_no_sense_is_refused(run: Run, words: tuple[str, ...], sentence: str) -> None:
    before = counts()

    assert refused(run("person", "add", *words), sentence)
    assert counts() == before


def test_a_command_that_is_not_there(run: Run) -> None:
    assert refused(run("dance"), "No such command 'dance'")


def test_a_database_that_is_away_is_one_sentence_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> str:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(schema, "present", away)

    assert refused(run("init"), "The database does not answer: connection refused", status=1)


@pytest.fixture
def nobody(app: Flask) -> None:
    """A desk as `init` made it."""
    upkeep.start_afresh()
    catalogue.load_defaults(now=make.NOON)


def test_a_second_start_holds_no_lock_while_it_serves(app: Flask) -> None:
    db.session.rollback()

    with click.Context(cli.demo) as started:
        started.invoke(cli.demo, if_empty=True)

    assert not db.session().in_transaction()


@pytest.mark.usefixtures("nobody")
def test_the_demo_story_is_told_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.story, "tell", partial(cli.story.tell, scale=0.005))

    done = run("demo", "--if-empty")

    assert re.match(r"The demo story is told: \d+ requests\.", done.stdout), done.output
    assert len(people.demo_people()) == 10
    assert run("demo", "--if-empty").stdout == "There are people already, so no story was told.\n"
    assert refused(run("demo"), "was told already")
    assert refused(run("demo", "--seed", "x"), "'x' is not a valid integer")


@pytest.mark.usefixtures("nobody")
def test_a_demo_that_fails_half_way_leaves_an_empty_desk(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> int:
        with unit_of_work():
            cast.enter()
        raise Refused("The story is broken.")

    monkeypatch.setattr(cli.story, "tell", fail)

    assert refused(run("demo"), "The story is broken.")
    assert counts() == [0, 0, 0]
    assert db.session.scalar(select(func.count()).select_from(RequestType)) == 59


@pytest.mark.parametrize("words", [["demo"], ["work", "--once"], ["person", "add", "a@b.c", "--name", "A"], ["serve"]])
def test_nothing_works_before_the_tables_are_ready(run: Run, words: list[str]) -> None:
    db.session.execute(db.text("UPDATE alembic_version SET version_num = '0001'"))

    assert refused(run(*words), "The tables are not ready. Run: flask desk init")


def test_work_once_does_what_is_due_and_says_it(run: Run) -> None:
    jobs = ", ".join(entry.name for entry in TIMETABLE)
    assert run("work", "--once").stdout == f"Done: {jobs}.\n"
    assert run("work", "--once").stdout == "Nothing is due.\n"


def test_a_job_that_fails_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.worker, "work_once", lambda _files: {"sweep": "", "pulse": "ValueError: poison"})

    done = run("work", "--once")

    assert done.exit_code == 1
    assert "These jobs failed: pulse (ValueError: poison)." in done.stderr


def test_replay_answers_every_case_in_its_order(run: Run) -> None:
    cases = json.loads(SAMPLES.read_text())["samples"]

    done = run("replay", SAMPLES)

    assert done.exit_code == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.keys() for answer in answers] == [{"id", "result"}] * len(cases)
    assert [answer["id"] for answer in answers] == [case["id"] for case in cases]


GOOD = {"id": "a", "kind": "elapsed", "calendar": {"timezone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}}
GOOD |= {"start": "2026-11-16T10:00:00Z", "end": "2026-11-16T11:00:00Z"}


@pytest.mark.parametrize(
    "content",
    [{"samples": [GOOD]}, {"vectors": [GOOD]}, [GOOD]],
    ids=["samples", "vectors", "a bare list"],
)
def test_replay_reads_cases_under_either_name(run: Run, tmp_path: Path, content: object) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(content))

    assert run("replay", file).stdout == '{"id": "a", "result": 3600}\n'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "cannot be read"),
        (b"{}", "no list of cases"),
        (b'{"samples": {}}', "no list of cases"),
        (b'{"samples": [1]}', "no list of cases"),
        (b"3", "no list of cases"),
        (json.dumps({"samples": [GOOD, {"id": "b"}]}).encode(), "Case b lacks 'calendar'"),
        (json.dumps({"samples": [{**GOOD, "kind": "dance"}]}).encode(), "Case a cannot be replayed: “dance”"),
        (json.dumps({"samples": [{**GOOD, "start": 5}]}).encode(), "Case a cannot be replayed"),
        (json.dumps({"samples": [{**GOOD, "calendar": None}]}).encode(), "Case a cannot be replayed"),
        (json.dumps({"samples": [{**GOOD, "kind": "scenario"}]}).encode(), "Case a lacks 'events'"),
    ],
)
def test_replay_refuses_what_it_cannot_read_and_prints_nothing(
    run: Run, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(content)

    assert refused(run("replay", file), sentence)


def test_replay_of_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert refused(run("replay", tmp_path / "none.json"), "cannot be read: No such file")


def test_the_doctor_says_what_it_finds_and_ends_with_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.checks, "findings", lambda _desk, now: ["This.", "That."])

    done = run("doctor")

    assert (done.exit_code, done.stdout) == (1, "This.\nThat.\n")


def test_a_healthy_desk_is_told_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.checks, "findings", lambda _desk, now: [])

    assert run("doctor").stdout == "All is well.\n"


def test_backup_and_restore_say_what_they_moved(run: Run, tmp_path: Path) -> None:
    make.ticket()
    file = tmp_path / "b.tar"

    saved, again = run("backup", file), run("backup", file)
    kept, replaced = run("restore", file), run("restore", file, "--replace")

    assert re.fullmatch(rf"\d+ rows and 0 files are in {file}\.\n", saved.stdout)
    assert refused(again, "exists already")
    assert refused(kept, "Add --replace")
    assert replaced.stdout == saved.stdout.replace("are in", "were restored from")


def test_serve_says_that_it_answers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "serve", lambda host, port, say: say(f"{host} {port}"))

    assert run("serve").stdout == "127.0.0.1 8000\n"
    assert run("serve", "--host", "::1", "--port", 8123).stdout == "::1 8123\n"
    assert refused(run("serve", "--port", "high"), "'high' is not a valid")


def test_serve_can_prepare_the_desk_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "serve", lambda host, port, say: say("answers"))

    said = run("serve", "--prepare").stdout.splitlines()

    assert said[0].startswith("The database is up to date")
    assert said[1:] == ["There are people already, so no story was told.", "answers"]


def test_a_bar_appears_only_after_two_seconds_and_on_a_screen(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    seconds = iter([0.0, 1.9, 2.0, 2.1])
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds, 9.0))

    with Bar("Working") as bar:
        bar.tell(1, 4)
        assert capsys.readouterr().err == ""
        bar.tell(2, 4)
        bar.tell(4, 4)

    assert "Working" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"DESK_ASETS": "cdn"}, "Unknown setting DESK_ASETS"),
        ({"DESK_DEMO": "yes"}, "DESK_DEMO must be 0 or 1"),
        ({"DESK_DATABASE_URL": "postgresql://127.0.0.1/x"}, "DESK_SECRET_KEY must be set"),
    ],
)
@pytest.mark.parametrize("door", [["-m", "flask", "--app", "app", "desk", "doctor"], ["-c", "import app"]])
def test_a_bad_setting_stops_the_start_with_a_sentence(
    tmp_path: Path, setting: dict[str, str], sentence: str, door: list[str]
) -> None:
    environ = {**os.environ, "DESK_DATA": str(tmp_path), **setting}

    done = subprocess.run([sys.executable, *door], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert sentence in done.stderr


def test_a_desk_of_a_size_is_grown_and_can_be_grown_again(run: Run) -> None:
    done = [run("demo", "--tickets", 30) for _ in range(2)]

    assert [one.stdout for one in done] == ["The desk has 30 requests more.\n"] * 2
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 60


def test_a_desk_of_no_size_is_refused(run: Run) -> None:
    assert refused(run("demo", "--tickets", 0), "0 is not in the range")
