"""The WSGI door: every server and the `flask` command start here."""

from internaldesk.factory import create_app

app = create_app()
