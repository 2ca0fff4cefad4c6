"""A unit of work is kept in two places only: the edge of the web and the frame of commands and jobs."""

import io
import re
import tokenize

import pytest

from tests.guards.reading import PACKAGE, modules, name_of

KEEPERS = {"internaldesk/db.py", "internaldesk/web/desk.py"}
SPOKEN = re.compile(r"\bCOMMIT\b")


def test_only_two_files_commit():
    committing = {name_of(file) for file in modules("internaldesk") if commits(file.read_text())}

    assert committing - KEEPERS == set()


def test_the_frame_of_commands_and_jobs_does_commit():
    assert commits((PACKAGE / "db.py").read_text())


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("session.commit()", True),
        ("keep = db.session.commit", True),
        ("event.listen(session, 'x', f)\n@after_commit\ndef f(): pass", True),
        ("connection.execute('COMMIT')", True),
        ('"""We commit to nothing."""', False),
        ("commitment = 1  # commit", False),
    ],
)
def test_a_commit_is_seen_in_code_and_not_in_prose(source, seen):
    assert bool(commits(source)) is seen


def commits(source):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [
        token.start[0]
        for token in tokens
        if (token.type == tokenize.NAME and "commit" in token.string.split("_"))
        or (token.type == tokenize.STRING and SPOKEN.search(token.string))
    ]
