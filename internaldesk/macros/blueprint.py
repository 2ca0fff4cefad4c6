"""The blueprint that the pages of macros register on: those of a request, and those of the settings."""

from flask import Blueprint

bp = Blueprint("macros", __name__)
