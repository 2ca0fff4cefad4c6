"""The blueprint that the pages of promises share."""

from flask import Blueprint

bp = Blueprint("promises", __name__)
