"""The pages of those who ask: home, the form of a request type, what becomes of it, and all of one's own requests."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, request, url_for

from internaldesk.approvals import queries as approvals
from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Form
from internaldesk.core import questions
from internaldesk.core.policy import is_owner
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.tickets import Draft
from internaldesk.tickets import actions, attachments, cards, drafts, mentions, queries, receipt
from internaldesk.tickets import outlook as ahead
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.file_form import FileForm, made_for
from internaldesk.tickets.outlook import Outlook
from internaldesk.tickets.uploads import Received, ids_in, received
from internaldesk.tickets.whom import described
from internaldesk.web import filters
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import done, now, page, spare_key

_NOT_KEPT = frozenset(
    {"csrf_token", "form_key", "version", "draft", "discard", "check", "remove", "add_row", "drop_row"}
)
_STAYS = ("check", "remove", "add_row", "drop_row")
_USUAL = {"for_whom": ["me"], "customer_waiting": ["no"]}
_WAYS = {"all": "All", "mine": "Filed by me", "for-me": "For me", "following": "Following"}


@bp.get("/")
@people
def home() -> Response:
    """Get help: search, one's own requests, the most used types, and everything each team offers."""
    me = actor()
    offers, used = catalogue.offers(me), catalogue.uses(me.location_id)
    teams = catalogue.by_team(offers, used)
    openings = ahead.openings([group.team.calendar_id for group in teams], now=now())
    mine = cards.cards(queries.mine(me), actor=me)
    groups = {group.name: len(members) for group, members in cards.grouped(mine)}
    return page(
        "tickets/home.html",
        greeting=_greeting(),
        cards=cards.foremost(mine),
        counts=groups,
        nav={"mine_count": groups.get("TURN", 0) + groups.get("TEAM", 0)},
        to_decide=approvals.count_waiting(me.id, now=now()),
        favourites=catalogue.favourites(offers, used),
        teams=teams,
        openings=openings,
    )


@bp.get("/requests")
@people
def mine() -> Response:
    """All requests filed by me, for me or followed, those that wait for me first."""
    whose = request.args.get("whose", "all")
    ways = _ways()
    whose, team = whose if whose in ways else "all", request.args.get("team", "")
    text = request.args.get("text", "").replace("\x00", "").strip()
    rows = queries.mine(actor(), whose=whose, team=team, text=text)
    return page(
        "tickets/mine.html",
        part="tickets/_my_list.html",
        groups=cards.grouped(cards.cards(rows, actor=actor())),
        chosen={"whose": whose, "team": team, "text": text},
        filtered=bool(text or team or whose != "all"),
        full=len(rows) == queries.MINE_LIMIT,
        ways=ways,
        teams=catalogue.teams(),
    )


def _ways() -> dict[str, str]:
    """What the list can be narrowed to; agents also find where they were called by name, with how often that is new."""
    if not actor().agent_of:
        return _WAYS
    new = mentions.unseen(actor())
    return {**_WAYS, "mentioned": f"Mentioning me ({new} new)" if new else "Mentioning me"}


@bp.route("/catalogue/<team>/<kind>", methods=["GET", "POST"])
@people
def new(team: str, kind: str) -> Response:
    """The form of a request type, and filing it; what was typed and uploaded survives every error."""
    found = _form_or_404(team, kind)
    return _blank(found) if request.method == "GET" else _received(found)


@bp.get("/catalogue/<team>/<kind>/preview")
@people
def preview(team: str, kind: str) -> Response:
    """When the first reply and the solution would be due with the answers so far; a fragment only."""
    found = _form_or_404(team, kind)
    form = _form_of(found)(request.args.to_dict(flat=False), by=actor(), now=now())
    return page("tickets/_outlook.html", outlook=_outlook(found, form), kind=kind, swapped=True)


@bp.post("/catalogue/<team>/<kind>/draft")
@people
def keep_draft(team: str, kind: str) -> Response:
    """Keep what is typed so far, while it is typed."""
    _form_or_404(team, kind)
    drafts.save(f"file:{team}/{kind}", by=actor(), now=now(), words=_words_typed())
    return Response(status=204)


@bp.get("/requests/R-<int:number>/filed")
@people
def filed(number: int) -> Response:
    """What was sent, to whom, and what happens next; for the two people it belongs to."""
    ticket = queries.get(number, actor=actor())
    if ticket is None or not is_owner(actor(), ticket):
        abort(404)
    return page("tickets/filed.html", ticket=ticket, **receipt.shown(ticket, now=now()))


def _blank(found: Form) -> Response:
    """The form with what is known: a draft, facts of the profile, a summary carried over."""
    draft = drafts.find(_place_of(found), by=actor())
    known: dict[str, Sequence[str]] = {**_from_profile(found), **(draft.words if draft else {})}
    carried = request.args.get("summary", "").strip()
    form = _form_of(found)({**known, **({"summary": [carried]} if carried else {})}, by=actor(), now=now())
    kept = attachments.waiting(ids_in(known.get("kept_files", ())), by=actor())
    return _form_page(found, form, Received(files=list(kept)), draft=draft)


def _received(found: Form) -> Response:
    """What becomes of a form that was sent, by the button that was pressed."""
    place = _place_of(found)
    if "discard" in request.form:
        drafts.drop(place, by=actor())
        return done(_url(found))
    uploads = received(by=actor())
    form = _form_of(found)(request.form.to_dict(flat=False), by=actor(), now=now())
    form.file_errors = uploads.errors
    if "draft" in request.form:
        return _draft_kept(found, uploads)
    if any(name in request.form for name in _STAYS):
        spare_key()
        return _form_page(found, form, uploads)
    if form.accepts(actions.file, found.request_type, by=actor(), now=now(), form=found.version, files=uploads.ids):
        drafts.drop(place, by=actor())
        return done(url_for("tickets.filed", number=form.result.id))
    return _form_page(found, form, uploads, status=413 if uploads.too_large else 422)


def _draft_kept(found: Form, uploads: Received) -> Response:
    words = _words_typed() | {"kept_files": [str(number) for number in uploads.ids]}
    drafts.save(_place_of(found), by=actor(), now=now(), words=words)
    spare_key()
    flash("Draft saved. It waits here until you send it.")
    return done(_url(found))


def _form_page(
    found: Form, form: FileForm, uploads: Received, *, draft: Draft | None = None, status: int = 200
) -> Response:
    kind = found.request_type
    return page(
        "tickets/file.html",
        status=status,
        type=kind,
        form=form,
        kept=[{"id": row.id, "name": row.name, "size": filters.size(row.size)} for row in uploads.files],
        draft=draft,
        counting=_counting(found),
        outlook=_outlook(found, form),
        count=4 + sum(question.shown_when is None for question in form.asks),
        now=now(),
        similar=receipt.similar(kind, by=actor(), now=now()),
        readers=ahead.readers(kind.confidentiality, whose=_whose(form), team=kind.team.name),
        whom={"words": _whom_words(form), "matches": [(p.id, described(p)) for p in form.whom.matches]},
    )


def _form_or_404(team: str, kind: str) -> Form:
    return catalogue.form_for(team, kind, actor=actor()) or abort(404)


def _form_of(found: Form) -> type[FileForm]:
    return made_for(questions.parse(found.version.questions))


def _outlook(found: Form, form: FileForm) -> Outlook:
    return ahead.outlook(found, form.answers, customer_waiting=form.waits, now=now())


def _counting(found: Form) -> set[str]:
    """The fields that change the promise, with the earlier answers that make them appear."""
    slugs = ahead.counting(found.request_type)
    for question in reversed(found.version.questions):
        if question["slug"] in slugs and question.get("shown_when"):
            slugs.add(question["shown_when"][0])
    return slugs


def _from_profile(found: Form) -> dict[str, Sequence[str]]:
    """What is known of the person who asks, for the questions that want it."""
    person = db.session.get(Person, actor().id)
    assert person is not None
    known = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "location": actor().location_name,
        "job_title": person.job_title,
    }
    asked = questions.parse(found.version.questions)
    return {q.slug: [known[q.fill_from_profile]] for q in asked if q.fill_from_profile}


def _words_typed() -> dict[str, Any]:
    """Everything typed into the form, by field; nothing where only the usual choices are set."""
    typed = {name: values for name, values in request.form.lists() if name not in _NOT_KEPT and any(values)}
    return typed if any(_USUAL.get(name) != values for name, values in typed.items()) else {}


def _whose(form: FileForm) -> str:
    return f"you, {form.whom.person.name}" if form.whom.person else "you"


def _whom_words(form: FileForm) -> str:
    person = form.whom.person
    return person.name if person else form.given.get("for_person_name", "") or form.given.get("for_person", "")


def _greeting() -> str:
    """By the reader's own clock."""
    hour = now().astimezone(filters.zone()).hour
    part = "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}, {actor().name.split()[0]}."


def _place_of(found: Form) -> str:
    return f"file:{found.request_type.team.slug}/{found.request_type.slug}"


def _url(found: Form) -> str:
    return url_for("tickets.new", team=found.request_type.team.slug, kind=found.request_type.slug)
