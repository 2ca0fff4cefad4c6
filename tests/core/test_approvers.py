"""Who decides in which role, and who where the desk knows nobody: one case per combination."""

from dataclasses import replace

import pytest

from internaldesk.catalogue import content
from internaldesk.core import approvers
from internaldesk.core.approval import Need
from internaldesk.core.approvers import ROLES, Organisation, Source

ADA, ERIN, MAX, BOSS, LEAD, FIN, HR, LAW, REC, HOLDER, CASE, NAMED, CHIEF, ROOT = range(1, 15)
LINE = ("manager", "budget-holder", "receiving-budget-holder", "business-owner", "original-approver")
ELSEWHERE = {"finance": FIN, "controller": FIN, "hr": HR, "legal": LAW, "compliance": LAW, "privacy-lead": REC}
OWN = sorted(ROLES.keys() - {*LINE, *ELSEWHERE})
FULL = Organisation(
    owners=frozenset({ADA}),
    requester_id=ADA,
    above={ADA: (MAX, BOSS)},
    leads={"": (LEAD,), "finance": (FIN,), "hr": (HR,), "legal": (LAW,), "records": (REC,)},
    case_leads=(CASE,),
    case_group=(CASE, NAMED),
    managers=(CHIEF, 21, 22, 23),
    admins=(ROOT, 31, 32, 33),
)
EMPTY = Organisation(owners=frozenset({ADA}), requester_id=ADA)


def asked(role, org, **kwargs):
    return [(seat.person_id, seat.source) for seat in approvers.seats_of(role, org, **kwargs)]


def test_the_catalogue_and_the_rules_know_the_same_roles():
    assert ROLES.keys() == content.APPROVERS


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"manager"}))
def test_whoever_was_entered_for_a_role_decides(role):
    assert asked(role, replace(FULL, holders={role: (HOLDER,)})) == [(HOLDER, Source.HOLDER)]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_where_nobody_was_entered_the_nearest_decides(role):
    nearest = (
        (MAX, Source.LINE)
        if role in LINE
        else (ELSEWHERE[role], Source.LEAD)
        if role in ELSEWHERE
        else (LEAD, Source.LEAD)
    )

    assert asked(role, FULL) == [nearest]


@pytest.mark.parametrize("role", [*LINE, *ELSEWHERE])
def test_without_those_the_lead_of_the_team_decides(role):
    assert asked(role, replace(FULL, above={}, leads={"": (LEAD,)})) == [(LEAD, Source.LEAD)]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_without_a_lead_some_managers_then_some_administrators(role):
    org = replace(FULL, above={}, leads={})

    assert asked(role, org) == [(CHIEF, Source.MANAGER), (21, Source.MANAGER), (22, Source.MANAGER)]
    assert asked(role, replace(org, managers=())) == [(n, Source.ADMIN) for n in (ROOT, 31, 32)]
    assert asked(role, EMPTY) == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_of_a_case_only_those_named_for_it_hear(role):
    case = replace(FULL, is_case=True)
    line = [(MAX, Source.LINE)] if role in LINE else None

    assert asked(role, case) == (line or [(CASE, Source.CASE)])
    assert asked(role, replace(case, above={})) == [(CASE, Source.CASE)]
    assert asked(role, replace(case, above={}, case_leads=())) == [(CASE, Source.CASE), (NAMED, Source.CASE)]
    assert asked(role, replace(case, above={}, case_leads=(), case_group=())) == []


@pytest.mark.parametrize(
    ("requester", "beneficiary", "above", "expected"),
    [
        (ADA, ADA, {ADA: (MAX, BOSS)}, [(MAX, Source.LINE)]),
        (ADA, ERIN, {ADA: (MAX,), ERIN: (BOSS,)}, [(MAX, Source.LINE)]),
        (ADA, MAX, {ADA: (MAX, BOSS), MAX: (BOSS,)}, [(BOSS, Source.LINE)]),
        (ADA, MAX, {ADA: (MAX,), MAX: (ADA, BOSS)}, [(BOSS, Source.LINE)]),
        (ADA, MAX, {ADA: (MAX,)}, [(LEAD, Source.LEAD)]),
        (MAX, ADA, {ADA: (MAX,), MAX: (BOSS,)}, [(BOSS, Source.LINE)]),
        (BOSS, BOSS, {}, [(LEAD, Source.LEAD)]),
    ],
)
def test_nobody_is_asked_about_their_own(requester, beneficiary, above, expected):
    org = replace(FULL, owners=frozenset({requester, beneficiary}), requester_id=requester, above=above)

    assert asked("manager", org) == expected


@pytest.mark.parametrize(("above", "expected"), [({FIN: (BOSS,)}, [(BOSS, Source.LINE)]), ({}, [(LEAD, Source.LEAD)])])
def test_a_lead_who_asks_is_decided_about_by_their_own_manager(above, expected):
    org = replace(FULL, owners=frozenset({FIN}), requester_id=FIN, above=above)

    assert asked("finance", org) == expected


def test_of_two_leads_the_one_who_asks_is_replaced():
    org = replace(FULL, owners=frozenset({21}), requester_id=21, above={21: (BOSS,)}, leads={"finance": (21, 22)})

    assert asked("finance", org) == [(BOSS, Source.LINE), (22, Source.LEAD)]


@pytest.mark.parametrize(("manager", "role", "expected"), [
    (MAX, "manager", [(MAX, Source.LINE)]),
    (MAX, "case-lead", [(NAMED, Source.CASE)]),
    (NAMED, "case-lead", [(NAMED, Source.LINE)]),
])  # fmt: skip
def test_the_manager_of_somebody_with_a_case_hears_of_it_only_if_they_handle_such(manager, role, expected):
    org = replace(
        FULL, is_case=True, owners=frozenset({CASE}), requester_id=CASE, above={CASE: (manager,)}, case_group=(NAMED,)
    )

    assert asked(role, org) == expected


def steps(org, *roles):
    return [
        (step.need.role, [seat.person_id for seat in step.seats])
        for step in approvers.steps([Need(role) for role in roles], org)
    ]


def test_several_steps_in_their_order():
    assert steps(FULL, "manager", "system-owner", "finance") == [
        ("manager", [MAX]), ("system-owner", [LEAD]), ("finance", [FIN])]  # fmt: skip


def test_the_same_people_are_not_asked_twice_in_a_row():
    org = replace(FULL, above={ADA: (LEAD,)})

    assert steps(org, "manager", "system-owner", "finance", "manager") == [
        ("manager", [LEAD]), ("finance", [FIN]), ("manager", [LEAD])]  # fmt: skip


@pytest.mark.parametrize(
    ("leads", "expected"),
    [
        ((FIN,), [("finance", [FIN]), ("second-person", [CHIEF, 21, 22])]),
        ((LEAD,), [("finance", [FIN]), ("second-person", [LEAD])]),
        ((FIN, LEAD), [("finance", [FIN]), ("second-person", [LEAD])]),
    ],
)
def test_a_second_person_is_another_one(leads, expected):
    org = replace(FULL, leads={"": leads, "finance": (FIN,)})

    assert steps(org, "finance", "second-person") == expected


def test_two_people_of_one_role_can_be_first_and_second():
    org = replace(FULL, leads={"": (FIN, LEAD), "finance": (FIN, LEAD)})

    assert steps(org, "finance", "second-person") == [("finance", [FIN, LEAD]), ("second-person", [FIN, LEAD])]


def test_a_step_for_which_there_is_nobody_is_left_out():
    assert steps(replace(EMPTY, above={ADA: (MAX,)}), "hr", "manager") == [("manager", [MAX])]


def test_asked_once_they_decide_on_what_both_steps_name():
    org = replace(FULL, above={ADA: (LEAD,)})

    (step,) = approvers.steps([Need("manager", ("kind", "sum")), Need("system-owner", ("sum", "system"))], org)

    assert step.need == Need("manager", ("kind", "sum", "system"))


@pytest.mark.parametrize(
    ("role", "source", "words"),
    [
        ("named", Source.NAMED, "Because Pia asked you by name"),
        ("manager", Source.LINE, "As line manager of Ada"),
        ("finance", Source.LINE, "As finance: nobody else is known, so the line manager decides"),
        ("budget-holder", Source.HOLDER, "As cost centre owner"),
        ("finance", Source.LEAD, "As finance, because you lead the team"),
        ("case-lead", Source.CASE, "As lead of such cases, because you are named for such cases"),
        ("hr", Source.MANAGER, "As HR, because nobody nearer is known"),
        ("hr", Source.ADMIN, "As HR, because nobody nearer is known"),
    ],
)
def test_why_somebody_is_asked(role, source, words):
    assert approvers.why_words(role, source, requester="Ada", asker="Pia") == words


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("manager", "the line manager of who asks"),
        ("budget-holder", "the line manager of who asks"),
        ("hr", "who leads HR"),
        ("privacy-lead", "who leads Records"),
        ("door-owner", "who leads the team that was asked"),
    ],
)
def test_who_decides_where_nobody_was_entered(role, words):
    assert approvers.otherwise(role) == words


def test_the_words_of_every_role():
    assert all(approvers.role_words(role) for role in ROLES)
    assert approvers.role_words("named") == ""
