"""Who decides in which role of the approval rules: a page for administrators."""

from flask import Response, abort, flash, url_for

from internaldesk.approvals import holders, queries
from internaldesk.core.approvers import ABOUT, otherwise, role_words
from internaldesk.decisions.blueprint import bp
from internaldesk.decisions.forms import HolderForm
from internaldesk.models.approvals import RoleHolder
from internaldesk.tickets.whom import described
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, page


@bp.route("/settings/approvers", methods=["GET", "POST"])
@leads
def approvers() -> Response:
    """The roles, who was entered for them, and who decides otherwise; entering somebody."""
    _administrators_only()
    form = HolderForm()
    if form.is_submitted():
        if form.accepts(holders.enter, by=actor()):
            flash("Entered. Requests filed from now on ask them.")
            return done(url_for("decisions.approvers"))
        return _page(form, status=422)
    return _page(form)


@bp.post("/settings/approvers/<int:number>/removal")
@leads
def removal(number: int) -> Response:
    """Take somebody out of a role."""
    _administrators_only()
    holders.take_out(number, by=actor())
    flash("Taken out. What they were asked already stays with them.")
    return done(url_for("decisions.approvers"))


def _administrators_only() -> None:
    if not actor().admin:
        abort(404)


def _page(form: HolderForm, *, status: int = 200) -> Response:
    entered: dict[str, list[RoleHolder]] = {role: [] for role in holders.HELD}
    for row in queries.holders():
        entered[row.role].append(row)
    return page(
        "approvals/roles.html",
        status=status,
        form=form,
        roles=[(role_words(role), entered[role], otherwise(role), role in ABOUT) for role in holders.HELD],
        whom={"words": form.typed, "matches": [(one.id, described(one)) for one in form.whom.matches]},
    )
