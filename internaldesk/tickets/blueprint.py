"""The blueprint that every page about requests registers on, filing and reading alike."""

from flask import Blueprint

bp = Blueprint("tickets", __name__)
