"""The WSGI door: every server and the `flask` command start here."""

import sys

from internaldesk.core.errors import BadInput
from internaldesk.factory import create_app

try:
    app = create_app()
except BadInput as refusal:  # a setting makes no sense: one sentence, and no traceback
    sys.stderr.write(f"{refusal.sentence}\n")
    sys.exit(2)
