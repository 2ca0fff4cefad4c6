"""The blueprint that every page about the work lists registers on."""

from flask import Blueprint

bp = Blueprint("queues", __name__)
