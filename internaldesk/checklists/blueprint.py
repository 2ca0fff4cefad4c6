"""The blueprint that the pages of checklists register on."""

from flask import Blueprint

bp = Blueprint("checklists", __name__)
