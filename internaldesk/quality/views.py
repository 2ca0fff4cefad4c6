"""The pages of managers and leads: how well the desk serves, and the requests behind each number."""

from flask import Blueprint

bp = Blueprint("quality", __name__)
