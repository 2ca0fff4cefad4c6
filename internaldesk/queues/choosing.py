"""How a list looks: which columns it shows, which its address carries, and how high its rows are on this device."""

from flask import Response, abort, current_app, request

from internaldesk.core.errors import Refused
from internaldesk.queues import looking
from internaldesk.queues.blueprint import bp
from internaldesk.queues.columns import COLUMNS
from internaldesk.queues.filtering import VIEWS
from internaldesk.queues.saving_forms import DensityForm
from internaldesk.web.auth import staff
from internaldesk.web.desk import go, page

_YEAR = 365 * 24 * 3600


@bp.get("/queue/<slug>/columns")
@staff
def columns(slug: str) -> Response:
    """The columns to choose from, and the height of rows."""
    view = VIEWS.get(slug) or abort(404)
    _, scope = looking.chosen(view)
    return page(
        "queues/columns.html",
        part="queues/_columns.html",
        view=view,
        filters=scope.filters,
        offered=COLUMNS.values(),
        dense=request.cookies.get("density") == "compact",
        form=DensityForm.blank(back=view.url + scope.filters.query()),
    )


@bp.post("/queue/density")
@staff
def density() -> Response:
    """Remember how high rows are, on this device."""
    form = DensityForm()
    if not form.validate():
        raise Refused("Choose comfortable or compact.")
    answer, chosen = go(form.url), form.density.data or ""
    lasting = _YEAR if chosen == "compact" else 0
    secure = current_app.config["DESK"].secure
    answer.set_cookie("density", chosen, max_age=lasting, httponly=True, samesite="Lax", secure=secure)
    return answer
