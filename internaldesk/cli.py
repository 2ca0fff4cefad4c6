"""The commands of `flask desk`: each says one plain sentence, and ends with status 2 when its input makes no sense."""

import json
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from internaldesk.calendars import command as calendars
from internaldesk.catalogue import actions as catalogue
from internaldesk.core import replay as cases
from internaldesk.core.errors import BadInput, Refused
from internaldesk.db import unit_of_work
from internaldesk.demo import bulk, story
from internaldesk.facts import command as figures
from internaldesk.imports import actions as imports
from internaldesk.jobs import worker
from internaldesk.models.people import TeamRole
from internaldesk.people import actions as people
from internaldesk.people import queries as known
from internaldesk.settings import Settings
from internaldesk.upkeep import actions as upkeep
from internaldesk.upkeep import doctor as checks
from internaldesk.upkeep import schema, serving
from internaldesk.upkeep.bar import Bar

_ROLES = ("employee", "agent", "lead", "manager", "admin")


class Sentence(click.ClickException):
    """What a command says when its input makes no sense."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """The sentence alone."""
        click.echo(self.message, err=True)


class Failed(Sentence):
    """What a command says when it could not do its work."""

    exit_code = 1


class Commands(AppGroup):
    """A group whose commands refuse in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal of any rule, and a mistyped line, end with status 2."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            raise Sentence(refusal.sentence) from refusal
        except Sentence:
            raise
        except click.UsageError as mistake:
            raise Sentence(mistake.format_message()) from mistake
        except OSError as error:
            raise Failed(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.") from error
        except OperationalError as error:
            raise Failed(f"The database does not answer: {str(error.orig).strip()}") from error


desk = Commands("desk", help="Set the desk up, run it, look after it.")
desk.add_command(person := Commands("person", help="Enter people."))
desk.add_command(calendar := Commands("calendar", help="Try calendars."))


@desk.command()
def init() -> None:
    """Create or upgrade the tables and load the default catalogue; safe to repeat."""
    before = schema.present()
    if before is not None and not schema.knows(before):
        raise BadInput(f"This database has revision {before}, which is newer than this program. Nothing was changed.")
    kept = schema.copy_before_upgrade()
    schema.upgrade()
    with unit_of_work():
        new = catalogue.load_defaults(now=_now(), timezone=_settings().timezone)
    changed = "up to date" if before == schema.wanted() else "made" if before is None else "upgraded"
    parts = [f"The database is {changed}", f"{new} kinds of request are new" if new else "the catalogue was there"]
    click.echo(f"{', '.join(parts)}{f', a copy from before is {kept}' if kept else ''}.")


@desk.command()
@click.option("--seed", default=7, show_default=True, help="Other numbers tell other stories.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are people already.")
@click.option("--tickets", type=click.IntRange(1, 10_000_000), help="Instead, add so many plain requests to measure.")
def demo(seed: int, if_empty: bool, tickets: int | None) -> None:
    """Tell the demo story: people, a quarter of requests, and open work; or grow a desk of a size."""
    schema.require_ready()
    with unit_of_work(reading=True):  # ends the look, so that `serve` does not go on holding the lock of a writer
        empty = not known.anybody()
    if if_empty and not empty:
        click.echo("There are people already, so no story was told.")
        return
    if tickets:
        with Bar("Growing the desk") as bar:
            count = bulk.grow(tickets=tickets, seed=seed, now=_now(), progress=bar.tell)
        click.echo(f"The desk has {count} requests more.")
        return
    if known.demo_people():
        raise BadInput("The demo story was told already; another one needs an empty desk.")
    with Bar("Telling the demo story") as bar, _unmade_on_failure(empty):
        count = story.tell(seed=seed, now=_now(), progress=bar.tell)
    click.echo(f"The demo story is told: {count} requests. The people to try it with stand on the sign-in page.")


@person.command()
@click.argument("email")
@click.option("--name", required=True, help="First and last name.")
@click.option("--team", help="The team they work in, by its short name, such as it.")
@click.option("--role", type=click.Choice(_ROLES), help="Agent or lead of the team, manager or admin of the desk.")
@click.option("--department", default="", help="The part of the organisation they work in, such as “Sales”.")
def add(email: str, name: str, team: str | None, role: str | None, department: str) -> None:
    """Enter a person and print the link with which they set a password."""
    role = role or ("agent" if team else "employee")
    if (role in ("agent", "lead")) != bool(team):
        raise BadInput("Roles agent and lead, and only these, need a --team.")
    schema.require_ready()
    with unit_of_work():
        boss, root = role == "manager", role == "admin"
        entered = people.add_person(email, name=name, now=_now(), manager=boss, admin=root, department=department)
        if team:
            people.join(entered, team, role=TeamRole(role))
        token, words = people.password_link(entered, now=_now()), f"{entered.name} is entered"
    click.echo(f"{words}. Within 72 hours, once: {_settings().base_url}/password/{token}")


@desk.command()
@click.option("--once", is_flag=True, help="Do all that is due now and end.")
def work(once: bool) -> None:
    """Do what is due: missed promises, waits that end, requests nobody speaks of any more."""
    schema.require_ready()
    if not once:
        worker.work(_settings().files)
        return
    done = worker.work_once(_settings().files)
    failed = [f"{name} ({error})" for name, error in done.items() if error]
    if failed:
        raise Failed(f"These jobs failed: {', '.join(failed)}.")
    click.echo(f"Done: {', '.join(done)}." if done else "Nothing is due.")


@desk.command()
@click.argument("file", type=click.Path(path_type=Path))
def replay(file: Path) -> None:
    """Work out the promise cases in FILE, one JSON line each."""
    found = _cases(file)
    lines = []
    with Bar("Replaying") as bar:
        for case in found:
            lines.append(_replayed(case))
            bar.tell(len(lines), len(found))
    click.echo("\n".join(lines))


@desk.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, type=click.Path(path_type=Path), help="What its columns and words mean.")
@click.option("--dry-run", is_flag=True, help="Only say what would come in.")
def bring_in(file: Path, mapping: Path, dry_run: bool) -> None:
    """Bring in the log of another desk, in FILE, as history of this one; nothing of it twice."""
    schema.require_ready()
    with Bar("Importing") as bar:
        told = imports.bring_in(file, _toml_or_json(mapping), now=_now(), dry_run=dry_run, tell=bar.tell)
    click.echo("\n".join(told.sentences(dry_run=dry_run)))


@calendar.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--promise", default="1 h", show_default=True, help="The length to show by example.")
def check(file: Path, promise: str) -> None:
    """Say what is wrong with the calendar in FILE, or what a promise means on it."""
    click.echo("\n".join(calendars.told(_json(file), promise=promise, now=_now())))


@desk.command()
def doctor() -> None:
    """Look for what somebody should see to: settings, database, worker, disk, mail."""
    found = checks.findings(_settings(), now=_now())
    for sentence in found:
        click.echo(sentence)
    if found:
        sys.exit(1)
    click.echo("All is well.")


@desk.command()
@click.option("--rebuild", is_flag=True, help="Forget the kept figures and count every request again.")
def facts(rebuild: bool) -> None:
    """Say how far the figures of service quality are counted, or count them again."""
    schema.require_ready()
    with Bar("Counting") as bar:
        click.echo(figures.told(rebuild=rebuild, zone=_settings().timezone, now=_now(), tell=bar.tell))


@desk.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write database and files, as of now, to a new FILE; the desk may go on running."""
    with Bar("Backing up") as bar:
        told = upkeep.backup(file, files=_settings().files, now=_now(), tell=bar.tell)
    lost = f" {told.missing} files of requests were missing." if told.missing else ""
    click.echo(f"{told.rows} rows and {told.files} files are in {file}.{lost}")


@desk.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away everything that is in this desk now.")
def restore(file: Path, replace: bool) -> None:
    """Put a backup back into an empty desk, after checking every byte of it."""
    with Bar("Restoring") as bar:
        told = upkeep.restore(file, files=_settings().files, replace=replace, tell=bar.tell)
    click.echo(f"{told.rows} rows and {told.files} files were restored from {file}.")


@desk.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--prepare", is_flag=True, help="First upgrade the tables, and tell the demo story to an empty desk.")
@click.pass_context
def serve(ctx: click.Context, port: int, host: str, prepare: bool) -> None:
    """Run web and worker until Ctrl-C."""
    if prepare:  # in this very process, because each start of Python costs a second
        ctx.invoke(init)
        ctx.invoke(demo, if_empty=True)
    schema.require_ready()
    serving.serve(host, port, say=click.echo)


@contextmanager
def _unmade_on_failure(empty: bool) -> Iterator[None]:
    """A long command keeps its work piece by piece; where the desk was empty before, a failure empties it again."""
    try:
        yield
    except BaseException:
        if empty:
            upkeep.start_afresh()
            with unit_of_work():
                catalogue.load_defaults(now=_now(), timezone=_settings().timezone)
        raise


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _settings() -> Settings:
    settings: Settings = current_app.config["DESK"]
    return settings


def _json(file: Path) -> Any:
    try:
        return json.loads(_text(file))
    except ValueError as error:
        raise BadInput(f"{file} is not JSON: {error}.") from error


def _toml_or_json(file: Path) -> Any:
    if file.suffix != ".toml":
        return _json(file)
    try:
        return tomllib.loads(_text(file))
    except ValueError as error:
        raise BadInput(f"{file} is not TOML: {error}.") from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}.") from error


def _cases(file: Path) -> list[dict[str, Any]]:
    content = _json(file)
    named = content.get("samples", content.get("vectors")) if isinstance(content, dict) else content
    if not isinstance(named, list) or not all(isinstance(case, dict) for case in named):
        raise BadInput(f"{file} holds no list of cases under “samples” or “vectors”.")
    return named


def _replayed(case: dict[str, Any]) -> str:
    name = case.get("id", "?")
    try:
        return json.dumps({"id": name, "result": cases.run(case)}, ensure_ascii=False)
    except KeyError as error:
        raise BadInput(f"Case {name} lacks {error}.") from error
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise BadInput(f"Case {name} cannot be replayed: {error}") from error
