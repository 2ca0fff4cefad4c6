"""The blueprint that the pages of thanks, of records and of the mirror register on."""

from flask import Blueprint

bp = Blueprint("recognition", __name__)
