import re
import shutil
from collections import Counter
from importlib.resources import as_file
from pathlib import Path

import pytest

from internaldesk.catalogue import content
from internaldesk.catalogue.content import BadCatalogue
from internaldesk.core import hours, priority, questions, text
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority

# Written from the design's table, not from the files: type, usual priority, first response and resolution in
# working hours, who agrees, confidentiality.
TABLE = """
it/broken               by-matrix   8      24   -                                      O
it/sign-in              high        1      4    -                                      O
it/access               medium      4      16   manager+system-owner                   O
it/hardware             medium      8      80   manager+finance                        O
it/software             medium      8      24   manager                                O
it/security             urgent      0.5    4    -                                      T
it/loan                 low         8      24   -                                      O
it/how-to               low         8      24   -                                      O
hr/ask                  medium      8      24   -                                      T
hr/pay                  high        4      16   -                                      T
hr/my-data              medium      8      16   -                                      T
hr/letter               medium      8      16   -                                      T
hr/new-hire             high        8      80   manager+hr                             T
hr/leaver               high        4      16   hr                                     T
hr/accommodation        medium      8      80   case-lead                              C
hr/concern              urgent      4      80   -                                      C
purchasing/buy          medium      8      40   manager+finance                        O
purchasing/quotes       medium      8      80   manager                                O
purchasing/new-supplier medium      8      16   finance+second-person                  T
purchasing/change-order high        4      16   original-approver                      O
purchasing/order-status high        4      8    -                                      O
purchasing/contract     low         16     160  manager+legal                          T
purchasing/card         medium      8      40   manager+manager+finance+finance        T
purchasing/return       medium      4      24   -                                      O
finance/expense         medium      8      40   manager                                T
finance/invoice         medium      8      24   -                                      O
finance/pay-supplier    medium      8      40   budget-holder                          T
finance/billing         high        4      16   manager+finance                        T
finance/budget          low         8      24   budget-holder+receiving-budget-holder  T
finance/account-code    low         8      16   controller                             O
finance/correction      medium      8      24   controller                             T
finance/advance         medium      8      40   manager+finance                        T
warehouse/stock         medium      2      8    budget-holder                          O
warehouse/do-we-have    high        1      2    -                                      O
warehouse/speed-up      urgent      1      4    shift-lead                             O
warehouse/delivery      medium      4      8    -                                      O
warehouse/count         medium      8      24   second-person                          O
warehouse/return        low         8      24   -                                      O
warehouse/move          medium      4      16   -                                      O
warehouse/missing       high        2      16   supervisor                             T
facilities/hazard       urgent      0.25   4    -                                      O
facilities/repair       medium      8      120  -                                      O
facilities/climate      high        4      8    -                                      O
facilities/badge        medium      4      16   door-owner                             O
facilities/booking      low         4      16   room-owner                             O
facilities/furniture    low         16     160  manager                                O
facilities/event        medium      8      40   budget-holder                          O
facilities/mail         medium      2      8    -                                      O
legal/confidentiality   medium      16     24   -                                      T
legal/contract-review   medium      16     80   business-owner                         T
legal/question          medium      16     40   -                                      C
legal/conflict          medium      16     40   manager+compliance                     C
legal/text-check        low         16     40   -                                      O
legal/claim             urgent      2      8    -                                      C
records/find            medium      8      16   record-owner                           T
records/data-entry      medium      8      24   data-owner                             T
records/archive         low         16     80   record-owner+legal                     T
records/personal-data   high        8      160  privacy-lead                           C
records/certified-copy  low         8      24   -                                      O
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CATALOGUE = content.load()
TYPES = {spec.path: spec for team in CATALOGUE for spec in team.types}

# Type, answers, and the promise at the priority they give.
SPECIAL = [
    ("it/broken", {"affected": "many", "can_work": "no"}, "urgent", 1, 4),
    ("it/broken", {"affected": "one", "can_work": "no"}, "high", 4, 12),
    ("it/broken", {"affected": "one", "can_work": "yes"}, "low", 24, 72),
    ("purchasing/card", {"what": "lost"}, "urgent", 1, 2),
    ("finance/invoice", {"stopped": "yes"}, "urgent", 2, 8),
    ("finance/correction", {"month_end": "yes"}, "high", 4, 12),
    ("facilities/repair", {"usable": "no"}, "urgent", 4, 8),
    ("facilities/badge", {"lost": "yes"}, "urgent", 1, 1),
]

PHRASES = """
pc slow > it/broken
vnp > it/broken
printer not working > it/broken
my laptop crashed > it/broken
forgot my password > it/sign-in
account lockd > it/sign-in
shared drive permission > it/access
second monitor > it/hardware
new headset > it/hardware
install adobe > it/software
i clicked a phishing link > it/security
stolen laptop > it/security
borrow a projector > it/loan
how many holidays do i have left > hr/ask
parental leave > hr/ask
my salary is wrong > hr/pay
payslip > hr/pay
moved house > hr/my-data
letter for my landlord > hr/letter
onboarding > hr/new-hire
disability > hr/accommodation
bullying > hr/concern
harrassment > hr/concern
order office supplies > purchasing/buy
need three quotes for cleaning > purchasing/quotes
cancel my order > purchasing/change-order
where is my order > purchasing/order-status
lost purchasing card > purchasing/card
expences > finance/expense
hotel receipt > finance/expense
has the invoice been paid > finance/invoice
refund a customer > finance/billing
move budget to other cost centre > finance/budget
spare parts > warehouse/stock
is this part in stock > warehouse/do-we-have
ship today > warehouse/speed-up
water leak > facilities/hazard
toilet blocked > facilities/repair
office is freezing > facilities/climate
lost my bagde > facilities/badge
meeting room > facilities/booking
catering for customer visit > facilities/event
courier > facilities/mail
nda > legal/confidentiality
check a contract > legal/contract-review
gift from a supplier > legal/conflict
summons > legal/claim
shred documents > records/archive
gdpr > records/personal-data
old contract from the archive > records/find
"""


def test_every_type_of_the_table_is_there_and_no_other():
    assert len(ROWS) == 59
    assert sorted(TYPES) == sorted(row[0] for row in ROWS)
    assert [(team.slug, len(team.types)) for team in CATALOGUE] == [
        ("it", 8),
        ("hr", 8),
        ("purchasing", 8),
        ("finance", 8),
        ("warehouse", 8),
        ("facilities", 8),
        ("legal", 6),
        ("records", 5),
    ]


def test_the_names_that_scripts_rely_on():
    names = (
        "it/broken it/access hr/ask hr/pay hr/accommodation hr/concern purchasing/buy finance/expense warehouse/stock"
    )

    assert set(names.split()) | {"facilities/repair"} <= TYPES.keys()
    assert [team.name for team in CATALOGUE] == [
        "IT",
        "HR",
        "Purchasing",
        "Finance",
        "Warehouse",
        "Facilities",
        "Legal",
        "Records",
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_type_is_as_the_table_says(row):
    path, usual, first, resolved, agreed, confidentiality = row
    spec = TYPES[path]
    level = Priority.MEDIUM if usual == "by-matrix" else Priority(usual)

    promise = spec.promises[level]

    assert spec.confidentiality is Confidentiality(confidentiality)
    assert (promise.first_response, promise.resolution) == (float(first) * 60, float(resolved) * 60)
    assert [step.who for step in spec.approval] == ([] if agreed == "-" else agreed.split("+"))
    assert priority.set_by(spec.priority_rule, {}, False)[0] is level


@pytest.mark.parametrize(("path", "answers", "expected", "first", "resolved"), SPECIAL)
def test_answers_that_change_the_promise(path, answers, expected, first, resolved):
    spec = TYPES[path]

    level, _ = priority.set_by(spec.priority_rule, answers, False)

    assert level.value == expected
    assert spec.promises[level] == content.Promise(first * 60, resolved * 60)


def test_targets_halve_per_step_up_and_double_per_step_down():
    minutes = {level.value: promise for level, promise in TYPES["hr/pay"].promises.items()}

    assert minutes == {
        "urgent": content.Promise(120, 480),
        "high": content.Promise(240, 960),
        "medium": content.Promise(480, 1920),
        "low": content.Promise(960, 3840),
    }


def test_round_the_clock_is_for_hazards_security_and_lost_badges():
    always = {path: [level.value for level in spec.always_on] for path, spec in TYPES.items() if spec.always_on}

    assert always == {
        "it/security": ["urgent", "high", "medium", "low"],
        "facilities/hazard": ["urgent", "high", "medium", "low"],
        "facilities/badge": ["urgent"],
    }


def test_hiring_and_leaving_are_started_by_managers():
    assert {path for path, spec in TYPES.items() if spec.audience == "managers"} == {"hr/new-hire", "hr/leaver"}


def test_calendars_are_readable_and_it_is_open_from_8_to_18():
    plans = [hours.BusinessCalendar.parse(team.hours) for team in CATALOGUE]

    assert len(plans) == 8
    assert CATALOGUE[0].hours["hours"]["mon"] == [["08:00", "18:00"]]
    assert "sat" not in CATALOGUE[0].hours["hours"]
    assert {team.hours["timezone"] for team in CATALOGUE} == {"Europe/London"}
    assert hours.BusinessCalendar.parse(content.AROUND_THE_CLOCK)


@pytest.mark.parametrize("spec", TYPES.values(), ids=TYPES)
def test_each_form_is_short_and_plain(spec):
    assert 1 <= len(spec.questions) <= 8
    assert 10 <= len(spec.synonyms) <= 15
    assert len(set(spec.synonyms)) == len(spec.synonyms)
    assert "\n" not in spec.description
    assert len(spec.name) <= 60
    assert spec.description.endswith((".", "?"))
    assert all(question.label.endswith("?") for question in spec.questions)
    assert not re.search(r"\b(ticket|SLA)\b", f"{spec.name} {spec.description} {spec.note}", re.IGNORECASE)


@pytest.mark.parametrize("spec", TYPES.values(), ids=TYPES)
def test_each_form_can_be_stored_and_read_back(spec):
    assert questions.parse(questions.to_dicts(spec.questions)) == spec.questions


def test_approval_steps_are_plain_data():
    assert [step.to_dict() for step in TYPES["purchasing/buy"].approval] == [
        {"who": "manager"},
        {"who": "finance", "above": 5000, "amount": "lines"},
    ]
    assert TYPES["facilities/badge"].approval[0].to_dict() == {"who": "door-owner", "when": ["lost", "no"]}
    assert TYPES["hr/leaver"].approval[0].to_dict() == {"who": "hr", "shows": ["who", "last_day"]}


def test_no_two_types_share_a_synonym_word_for_word():
    shared = Counter(synonym for spec in TYPES.values() for synonym in spec.synonyms)

    assert {synonym for synonym, uses in shared.items() if uses > 1} <= {"screen"}


@pytest.mark.parametrize("line", PHRASES.strip().splitlines())
def test_what_people_type_finds_the_type_they_mean(line):
    query, expected = line.split(" > ")

    found = text.closest(query, [(path, (spec.name, *spec.synonyms)) for path, spec in TYPES.items()])

    assert expected == found[0][0], found[:3]


def test_every_icon_is_on_the_sheet():
    sheet = (Path(__file__).parents[2] / "templates" / "_sprite.html").read_text(encoding="utf-8")
    icons = {spec.icon for spec in TYPES.values()} | {team.icon for team in CATALOGUE}

    assert {icon for icon in icons if f'id="i-{icon}"' not in sheet} == set()


def test_nonsense_finds_nothing():
    assert text.closest("qwxzy", [(path, (spec.name, *spec.synonyms)) for path, spec in TYPES.items()]) == []


@pytest.fixture
def folder(tmp_path):
    with as_file(content.DEFAULTS) as defaults:
        shutil.copytree(defaults, tmp_path, dirs_exist_ok=True)
    return tmp_path


def edited(folder, name, before, after):
    file = folder / name
    old = file.read_text(encoding="utf-8")
    assert before in old
    file.write_text(old.replace(before, after, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "before", "after", "sentence"),
    [
        ("it.toml", 'slug = "it"', 'slug = "ti"', "it.toml: the slug should be “it”"),
        ("it.toml", "mon = [", "mon = ", "it.toml cannot be read"),
        ("it.toml", 'phone = "2400"', "", "it.toml: phone is missing"),
        ("it.toml", 'phone = "2400"', 'phone = "2400"\nfax = "1"', "it.toml: nobody reads fax"),
        ("it.toml", '"18:00"', '"1x:00"', "it.toml: "),
        ("calendar.toml", "Europe/London", "Europe/Atlantis", "it.toml: "),
        ("it.toml", 'slug = "sign-in"', 'slug = "broken"', "it.toml: two types are called “broken”"),
        ("it.toml", 'slug = "sign-in"', 'slug = "Sign In"', "it.toml, type Sign In: the slug"),
        ("it.toml", 'slug = "sign-in"', "", "it.toml, type 2: slug is missing"),
        ("it.toml", 'name = "Access to a system or folder"', 'name = ""', "type access: name is empty"),
        ("it.toml", 'confidentiality = "O"', 'confidentiality = "X"', "type broken: 'X' is not a valid"),
        (
            "hr.toml",
            'audience = "managers"',
            'audience = "bosses"',
            "type new-hire: nobody knows the audience “bosses”",
        ),
        ("hr.toml", "target = [8, 24]", "target = [24, 8]", "type ask: a first response comes before"),
        ("hr.toml", "target = [8, 24]", "target = [8]", "type ask: "),
        ("hr.toml", "target = [8, 24]", "", "type ask: a target is missing"),
        ("it.toml", "high = [4, 12]", "high = [0.5, 12]", "type broken: a more urgent request may not wait longer"),
        ("it.toml", "targets = {", "target = [1, 4]\ntargets = {", "type broken: a matrix has no usual priority"),
        ("it.toml", 'partly = "medium", ', "", "type broken: the matrix has no level for every answer to “can_work”"),
        ("it.toml", 'urgency = "can_work"', 'urgency = "nerves"', "type broken: there is no question “nerves”"),
        ("it.toml", 'kind = "matrix"', 'kind = "dice"', "type broken: This priority rule makes no sense"),
        (
            "facilities.toml",
            'slug = "usable", value = "no"',
            'slug = "usable", value = "0"',
            "“usable” cannot be answered",
        ),
        ("it.toml", 'who = "manager"', 'who = "mother"', "type access: nobody knows the approver “mother”"),
        ("it.toml", 'amount = "price"', 'amount = "item"', "type hardware: “item” is no sum of money"),
        ("hr.toml", 'shows = ["who", "last_day"]', 'shows = ["why"]', "type leaver: there is no question “why”"),
        ("it.toml", ', amount = "price"', "", "type hardware: `above` and `amount` come together"),
        ("it.toml", 'when = ["cost", "paid"]', 'when = ["cost", "dear"]', "type software: “cost” cannot be answered"),
        ("facilities.toml", 'always_on = ["urgent"]', 'always_on = ["now"]', "type badge: 'now' is not a valid"),
        (
            "hr.toml",
            'slug = "period", label',
            'slug = "summary", label',
            "type pay: “summary” is a field of every form",
        ),
    ],
)
def test_a_bad_file_is_refused_naming_file_and_type(folder, name, before, after, sentence):
    with pytest.raises(BadCatalogue, match=re.escape(sentence)) as refusal:
        content.load(edited(folder, name, before, after))

    assert str(refusal.value).endswith(".")
    assert not str(refusal.value).endswith("..")


def test_a_missing_file_is_named(folder):
    (folder / "legal.toml").unlink()

    with pytest.raises(BadCatalogue, match=r"legal\.toml cannot be read"):
        content.load(folder)
