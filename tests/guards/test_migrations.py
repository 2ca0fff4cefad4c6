"""The migrations build what the models say, from nothing, on both databases, and lose no row on the way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, create_engine, inspect, text

from internaldesk import settings
from internaldesk.db import Base, db
from internaldesk.factory import create_app
from internaldesk.models.history import append_only
from internaldesk.upkeep import schema
from tests.guards.reading import modules, name_of

KEY = "only-for-tests-" * 3
SCRIPTS = ScriptDirectory(str(schema.MIGRATIONS))


@pytest.fixture
def empty(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A desk whose database has no table yet, on the same engine as `app`."""
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    if db.engine.dialect.name == "postgresql":
        name = f"{db.engine.url.database}_empty"
        make_anew(name)
        url = db.engine.url.set(database=name).render_as_string(hide_password=False)
    other = create_app(settings.read({"DESK_DATA": str(tmp_path), "DESK_DATABASE_URL": url, "DESK_SECRET_KEY": KEY}))
    with other.app_context():
        yield other
        db.engine.dispose()


def make_anew(name: str) -> None:
    engine = create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as line:
        line.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        line.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    engine.dispose()


def test_there_is_one_head():
    assert len(SCRIPTS.get_heads()) == 1


@pytest.mark.parametrize("file", modules("internaldesk/migrations/versions"), ids=name_of)
def test_a_revision_imports_nothing_of_ours(file):
    tree = ast.parse(file.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name
        for node in imports
        for name in ([node.module or "."] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }

    assert {name for name in names if name.split(".")[0] not in ("sqlalchemy", "alembic", "datetime")} == set()


def test_from_nothing_the_migrations_build_what_the_models_say(empty: Flask) -> None:
    assert schema.present() is None

    schema.upgrade()

    assert schema.present() == schema.wanted()
    with db.engine.connect() as connection:
        built = shape(connection)
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []
    assert built == shape_of_models()


def test_down_leaves_nothing_and_up_again_builds_the_same(empty: Flask) -> None:
    schema.upgrade()
    with db.engine.connect() as connection:
        first = shape(connection)

    schema.go_to("base")
    with db.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    schema.upgrade()

    with db.engine.connect() as connection:
        assert shape(connection) == first


def test_a_migration_that_fails_leaves_everything_as_it_was(
    empty: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    schema.upgrade()
    with db.engine.connect() as connection:
        before = shape(connection)
    monkeypatch.setattr(schema, "MIGRATIONS", with_revision(tmp_path, FAILING))

    with pytest.raises(RuntimeError, match="half way"):
        schema.upgrade()

    with db.engine.connect() as connection:
        assert shape(connection) == before


def test_rebuilding_a_parent_keeps_its_children(empty: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    schema.upgrade()
    with db.engine.begin() as connection:
        for statement in ROWS:
            connection.execute(text(statement))
    monkeypatch.setattr(schema, "MIGRATIONS", with_revision(tmp_path, REBUILDING))

    schema.upgrade()

    with db.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM web_session")).scalar() == 1
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_migration_that_would_orphan_rows_is_refused(
    empty: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    schema.upgrade()
    with db.engine.begin() as connection:
        for statement in ROWS:
            connection.execute(text(statement))
    monkeypatch.setattr(schema, "MIGRATIONS", with_revision(tmp_path, ORPHANING))

    with pytest.raises(Exception, match=r"without their parent|foreign key"):
        schema.upgrade()

    with db.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM location")).scalar() == 1


ROWS = (
    "INSERT INTO location (id, slug, name, timezone) VALUES (1, 'a', 'A', 'UTC')",
    "INSERT INTO person (id, email, name, job_title, phone, location_id, manager, admin, active, created_at)"
    " VALUES (1, 'a@b', 'A', '', '', 1, false, false, true, '2026-01-01')",
    "INSERT INTO web_session (id, token_hash, person_id, created_at, seen_at, ends_at, device)"
    " VALUES (1, 'x', 1, '2026-01-01', '2026-01-01', '2026-01-01', '')",
)
FAILING = """
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("DELETE FROM job")
    raise RuntimeError("half way")
"""
REBUILDING = """
    with op.batch_alter_table("person") as batch:
        batch.alter_column("job_title", type_=sa.String(130), existing_type=sa.String(120), existing_nullable=False)
"""
ORPHANING = """
    op.execute("DELETE FROM location")
"""


def with_revision(tmp_path: Path, body: str) -> Path:
    """The migrations with one more at their end."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for file in [schema.MIGRATIONS / "env.py", *(schema.MIGRATIONS / "versions").glob("*.py")]:
        (folder / file.relative_to(schema.MIGRATIONS)).write_text(file.read_text())
    head = f"revision = 'next'\ndown_revision = '{SCRIPTS.get_current_head()}'\n\n\ndef upgrade():{body}"
    (folder / "versions" / "next.py").write_text(f"import sqlalchemy as sa\nfrom alembic import op\n\n{head}")
    return folder


def shape_of_models() -> dict[str, object]:
    """What `create_all` builds in the database of the present desk, made empty before."""
    schema.go_to("base")
    with db.engine.begin() as connection:
        Base.metadata.create_all(connection)
    with db.engine.connect() as connection:
        return shape(connection)


def shape(connection: Connection) -> dict[str, object]:
    """Every table with columns, keys, checks and indexes, and every trigger: what `compare_metadata` half sees."""
    look = inspect(connection)
    found: dict[str, object] = {}
    for table in sorted(set(look.get_table_names()) - {"alembic_version"}):
        found[table] = {
            "columns": [{**c, "type": str(c["type"]), "default": plain(c["default"])} for c in look.get_columns(table)],
            "primary": look.get_pk_constraint(table),
            "foreign": by_name(look.get_foreign_keys(table)),
            "unique": by_name(look.get_unique_constraints(table)),
            "check": by_name(look.get_check_constraints(table)),
            "index": by_name(look.get_indexes(table)),
        }
    found["triggers"] = triggers(connection)
    return found


def plain(default: str | None) -> str | None:
    return default.strip("()") if default else default


def by_name(parts: list) -> dict[str, str]:
    return {part["name"]: str(sorted((k, said(v)) for k, v in part.items())) for part in parts}


def said(value: object) -> str:
    """A condition of an index is an object; its words are what counts."""
    return str({k: str(v) for k, v in value.items()}) if isinstance(value, dict) else str(value)


def triggers(connection: Connection) -> list[tuple[str, ...]]:
    query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    return sorted(tuple(row) for row in connection.execute(text(query)))


@pytest.mark.parametrize("table", ["event", "sla_event", "sla_change"])
def test_both_logs_are_protected_by_the_same_words(empty: Flask, table: str) -> None:
    schema.upgrade()

    with db.engine.connect() as connection:
        names = {name for name, place, *_ in triggers(connection) if place == table and "_marks_" not in name}
        dialect = connection.dialect.name

    promised = [statement for of, statement in append_only(table) if of == dialect and "CREATE TRIGGER" in statement]
    assert len(names) == len(promised)
    assert all(any(f"CREATE TRIGGER {name} " in statement for statement in promised) for name in names)
