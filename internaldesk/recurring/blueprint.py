"""The blueprint that the pages of recurring requests register on."""

from flask import Blueprint

bp = Blueprint("recurring", __name__)
