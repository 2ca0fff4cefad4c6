"""The blueprint that every page about service quality registers on."""

from flask import Blueprint

bp = Blueprint("quality", __name__)
