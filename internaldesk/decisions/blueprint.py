"""The blueprint that every page of approvals registers on."""

from flask import Blueprint

bp = Blueprint("decisions", __name__)
