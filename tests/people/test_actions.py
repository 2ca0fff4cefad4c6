"""Entering people, signing in, and passwords, as actions."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from internaldesk.core.errors import BadInput, Refused
from internaldesk.core.tokens import digest
from internaldesk.db import db
from internaldesk.models.people import PasswordLink, SignInTry, TeamRole, WebSession
from internaldesk.people import actions, queries, secrecy, throttle
from tests import cast
from tests.make import NOON

NEW = "odd words in a row, five"
PAIR = (cast.email("ada"), cast.PASSWORD)


def sign_in(email: str = PAIR[0], password: str = PAIR[1], *, now=NOON, source: str = "10.0.0.1") -> str | None:
    db.session.commit()
    return actions.sign_in(email, password, source=source, device="Firefox on Linux", now=now)


def test_a_person_is_entered_in_the_first_place_unless_told(app: Flask) -> None:
    person = actions.add_person(" Zoe@Desk.Example ", name=" Zoe ", now=NOON)

    assert (person.email, person.name) == ("zoe@desk.example", "Zoe")
    assert person.location == queries.first_location()
    assert person.password_hash is None


@pytest.mark.parametrize(
    ("email", "name", "field"),
    [
        ("zoe", "Zoe", "email"),
        ("zoe@a b", "Zoe", "email"),
        ("zo\x00e@desk.example", "Zoe", "email"),
        ("ADA@desk.example", "Ada again", "email"),
        ("zoe@desk.example", "  ", "name"),
    ],
)
def test_a_person_needs_a_new_address_and_a_name(app: Flask, email: str, name: str, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        actions.add_person(email, name=name, now=NOON)

    assert refusal.value.field == field


def test_nobody_joins_a_team_that_is_not_there(app: Flask) -> None:
    with pytest.raises(BadInput, match="no team called “nowhere”"):
        actions.join(cast.person("ada"), "nowhere", role=TeamRole.LEAD)


def test_the_right_pair_opens_a_session_of_which_only_the_hash_is_kept(app: Flask) -> None:
    token = sign_in("ADA@desk.example ")

    row = db.session.scalars(select(WebSession)).one()
    assert row.token_hash == digest(token)
    assert (row.person_id, row.device) == (cast.person("ada").id, "Firefox on Linux")


@pytest.mark.parametrize(("name", "days"), [("ada", 7), ("ben", 1), ("max", 1), ("root", 1)])
def test_people_with_duties_sign_in_daily(app: Flask, name: str, days: int) -> None:
    sign_in(cast.email(name))

    assert db.session.scalars(select(WebSession.ends_at)).one() == NOON + timedelta(days=days)


@pytest.mark.parametrize(
    ("email", "password"), [(PAIR[0], "wrong"), ("nobody@desk.example", PAIR[1]), (PAIR[0], PAIR[1] + " ")]
)
def test_a_wrong_pair_is_written_down(app: Flask, email: str, password: str) -> None:
    assert sign_in(email, password) is None

    row = db.session.scalars(select(SignInTry)).one()
    assert (row.account, row.source) == (queries.account_key(email), "10.0.0.1")
    assert email not in row.account


def test_somebody_without_a_password_or_who_left_does_not_get_in(app: Flask) -> None:
    newcomer = actions.add_person("zoe@desk.example", name="Zoe", now=NOON)
    cast.person("eve").active = False

    assert sign_in(newcomer.email, "") is None
    assert sign_in(cast.email("eve")) is None


def test_after_five_wrong_tries_even_the_right_pair_waits_and_then_is_heard(app: Flask) -> None:
    for second in range(throttle.FREE_OF_ACCOUNT):
        sign_in(password="wrong", now=NOON + timedelta(seconds=second))
    last = NOON + timedelta(seconds=throttle.FREE_OF_ACCOUNT - 1)

    with pytest.raises(throttle.TooManyTries) as refusal:
        sign_in(now=last + timedelta(seconds=14), source="10.0.0.2")
    assert refusal.value.until == last + timedelta(seconds=15)
    assert sign_in(now=refusal.value.until)


def test_one_source_guessing_at_many_accounts_is_slowed_and_nobody_else(app: Flask) -> None:
    for number in range(throttle.FREE_OF_SOURCE):
        sign_in(f"guess-{number}@desk.example", "wrong")

    with pytest.raises(throttle.TooManyTries):
        sign_in()
    assert sign_in(source="10.0.0.2")


def test_getting_in_forgives_the_account_but_not_the_source(app: Flask) -> None:
    for _ in range(throttle.FREE_OF_ACCOUNT - 1):
        sign_in(password="wrong")
    sign_in()

    assert queries.sign_in_opens_at(PAIR[0], "10.0.0.9", now=NOON) is None
    assert db.session.scalar(select(func.count()).where(SignInTry.source == "10.0.0.1")) == 4
    assert db.session.scalar(select(func.count()).where(SignInTry.account == queries.account_key(PAIR[0]))) == 0


def test_tries_of_yesterday_slow_nobody(app: Flask) -> None:
    for _ in range(throttle.FREE_OF_ACCOUNT + 3):
        db.session.add(SignInTry(account=queries.account_key(PAIR[0]), source="x", at=NOON - timedelta(hours=24)))

    assert sign_in()


def test_an_older_hash_is_renewed_when_its_owner_comes(app: Flask) -> None:
    weak = secrecy.PasswordHasher(time_cost=1, memory_cost=64, parallelism=2).hash(cast.PASSWORD)
    cast.person("ada").password_hash = weak

    sign_in()

    assert cast.person("ada").password_hash != weak
    assert secrecy.matches(cast.PASSWORD, cast.person("ada").password_hash)


def test_a_link_sets_a_password_once_and_signs_out_everywhere(app: Flask) -> None:
    ada = cast.person("ada")
    actions.start_session(ada, device="old", now=NOON)
    token = actions.password_link(ada, now=NOON)

    actions.set_password(token, password=NEW, now=NOON + timedelta(hours=71))

    assert sign_in(password=NEW)
    assert [row.device for row in db.session.scalars(select(WebSession))] == ["Firefox on Linux"]
    with pytest.raises(Refused, match="used already"):
        actions.set_password(token, password=NEW + "!", now=NOON + timedelta(hours=71))


@pytest.mark.parametrize("token", ["", "unknown"])
def test_no_other_token_sets_a_password(app: Flask, token: str) -> None:
    actions.password_link(cast.person("ada"), now=NOON)

    with pytest.raises(Refused, match="too old"):
        actions.set_password(token, password=NEW, now=NOON)


def test_a_link_ends_after_72_hours_and_when_a_newer_one_is_made(app: Flask) -> None:
    ada = cast.person("ada")
    older = actions.password_link(ada, now=NOON)
    newer = actions.password_link(ada, now=NOON)

    assert queries.open_link(older, now=NOON) is None
    assert queries.open_link(newer, now=NOON + timedelta(hours=72, seconds=-1)) == ada
    assert queries.open_link(newer, now=NOON + timedelta(hours=72)) is None


def test_a_weak_password_leaves_the_link_unused(app: Flask) -> None:
    token = actions.password_link(cast.person("ada"), now=NOON)

    with pytest.raises(Refused, match="at least 15"):
        actions.set_password(token, password="short", now=NOON)
    assert queries.open_link(token, now=NOON)


def change(old: str, new: str = NEW, *, now=NOON) -> str | None:
    return actions.change_password(
        old, password=new, by=cast.actor("ada"), source="10.0.0.1", device="Firefox on Linux", now=now
    )


def test_changing_a_password_takes_the_old_one_and_signs_out_every_other_device(app: Flask) -> None:
    sign_in()

    token = change(cast.PASSWORD)

    assert [row.token_hash for row in db.session.scalars(select(WebSession))] == [digest(token)]
    assert sign_in(password=NEW)


def test_guessing_the_old_password_slows_like_signing_in(app: Flask) -> None:
    for _ in range(throttle.FREE_OF_ACCOUNT):
        assert change("wrong") is None

    with pytest.raises(throttle.TooManyTries):
        change(cast.PASSWORD)


def test_people_end_their_own_sessions_only(app: Flask) -> None:
    actions.start_session(cast.person("ada"), device="a phone", now=NOON)
    number = db.session.scalars(select(WebSession.id)).one()

    with pytest.raises(Refused):
        actions.end_session(number, by=cast.actor("eve"))
    actions.end_session(number, by=cast.actor("ada"))

    assert db.session.scalars(select(WebSession)).all() == []


def test_what_is_over_is_forgotten_and_nothing_else(app: Flask) -> None:
    ada = cast.person("ada")
    actions.start_session(ada, device="over", now=NOON - timedelta(days=7))
    actions.start_session(ada, device="open", now=NOON - timedelta(days=6))
    actions.password_link(ada, now=NOON - timedelta(days=33))
    actions.password_link(cast.person("ben"), now=NOON - timedelta(days=32))
    for hours in (24, 23):
        db.session.add(SignInTry(account="a", source="b", at=NOON - timedelta(hours=hours)))
    db.session.flush()

    assert actions.forget_old_sessions(now=NOON) == 3
    assert db.session.scalars(select(WebSession.device)).all() == ["open"]
    assert db.session.scalars(select(PasswordLink.person_id)).all() == [cast.person("ben").id]
    assert len(db.session.scalars(select(SignInTry)).all()) == 1
