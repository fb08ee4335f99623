"""Plain SQL of the work that each row measures, read alike by both databases."""

import datetime
import random
import re


def statistics(unit, on):
    """What the table of a unit shows, counted from the rows themselves."""
    first, after = f"{on.year}-01-01", on + datetime.timedelta(days=1)
    below = f"""(SELECT child_id, unit_id FROM unit_ancestor
                 WHERE ancestor_id = {unit} AND from_on <= '{on}'
                   AND (to_on IS NULL OR to_on > '{on}')) AS below"""
    return f"""
        SELECT people.child_id, people.normal, people.exempt, people.without_letter,
               rolls.expected, rolls.present, rolls.excused, rolls.unexcused, rolls.held,
               gifts.given, gifts.amount, said.said, said.answered
        FROM (SELECT below.child_id,
                     COUNT(*) FILTER (WHERE category = 'normal') AS normal,
                     COUNT(*) FILTER (WHERE category = 'exempt') AS exempt,
                     COUNT(*) FILTER (WHERE category = 'normal' AND letter_id IS NULL)
                         AS without_letter
              FROM {below} JOIN residence ON residence.cell_id = below.unit_id
              WHERE started_on <= '{on}' AND (ended_on IS NULL OR ended_on > '{on}')
              GROUP BY below.child_id) AS people
        LEFT JOIN (SELECT below.child_id, COUNT(DISTINCT meeting.id) AS held,
                          COUNT(*) FILTER (WHERE status <> 'exempt') AS expected,
                          COUNT(*) FILTER (WHERE status = 'present') AS present,
                          COUNT(*) FILTER (WHERE status = 'excused') AS excused,
                          COUNT(*) FILTER (WHERE status = 'unexcused') AS unexcused
                   FROM {below} JOIN meeting ON meeting.unit_id = below.unit_id
                   JOIN attendance ON attendance.meeting_id = meeting.id
                   WHERE held_on >= '{first}' AND held_on < '{after}'
                   GROUP BY below.child_id) AS rolls ON rolls.child_id = people.child_id
        LEFT JOIN (SELECT below.child_id, COUNT(*) AS given, SUM(amount_vnd) AS amount
                   FROM {below} JOIN contribution ON contribution.unit_id = below.unit_id
                   WHERE given_on >= '{first}' AND given_on < '{after}'
                   GROUP BY below.child_id) AS gifts ON gifts.child_id = people.child_id
        LEFT JOIN (SELECT below.child_id, COUNT(*) AS said,
                          COUNT(*) FILTER (WHERE status = 'answered') AS answered
                   FROM {below} JOIN opinion ON opinion.unit_id = below.unit_id
                   WHERE raised_on >= '{first}' AND raised_on < '{after}'
                   GROUP BY below.child_id) AS said ON said.child_id = people.child_id"""


def members(cell, on):
    """Everybody who lives in the cell, with what the year's rolls say of them."""
    # CROSS JOIN keeps SQLite to the order written: from the person, not from the year.
    rolls = f"""FROM attendance CROSS JOIN meeting
                WHERE attendance.member_id = member.id AND meeting.id = attendance.meeting_id
                  AND meeting.held_on >= '{on.year}-01-01' AND meeting.held_on <= '{on}'"""
    return f"""
        SELECT member.id, member.full_name, member.born_on, workplace.name, residence.address,
               introduction_letter.number,
               (SELECT COUNT(*) {rolls} AND attendance.status <> 'exempt') AS expected,
               (SELECT COUNT(*) {rolls} AND attendance.status = 'present') AS present
        FROM residence JOIN member ON member.id = residence.member_id
        LEFT JOIN workplace ON workplace.id = member.workplace_id
        LEFT JOIN introduction_letter ON introduction_letter.id = residence.letter_id
        WHERE residence.cell_id = {cell} AND residence.started_on <= '{on}'
          AND (residence.ended_on IS NULL OR residence.ended_on > '{on}')
        ORDER BY member.sort_key, member.id"""


def search(unit, on, words):
    """The first fifty by name who live in the unit and whose folded name holds every word."""
    holds = "".join(f" AND member.folded LIKE '%{word}%'" for word in words.split())
    return f"""
        SELECT member.id, member.full_name, member.born_on, unit_period.name
        FROM member JOIN residence ON residence.member_id = member.id
        JOIN unit_ancestor ON unit_ancestor.unit_id = residence.cell_id
                          AND unit_ancestor.ancestor_id = {unit}
        JOIN unit_period ON unit_period.unit_id = residence.cell_id
        WHERE residence.started_on <= '{on}'
          AND (residence.ended_on IS NULL OR residence.ended_on > '{on}'){holds}
        ORDER BY member.sort_key, member.id LIMIT 50"""


def year_file(raw, log, unit, year):
    """The statement of the year's file as the program ran it, with its values."""
    said = re.search(r'db\.statement="(\\n\\nWITH RECURSIVE place (?:[^"\\]|\\.)*)"', log)
    text = said.group(1).replace("\\n", "\n").replace('\\"', '"')
    codes = [code for (code,) in raw.all(
        f"""SELECT unit.code FROM unit_ancestor JOIN unit ON unit.id = unit_ancestor.unit_id
            WHERE unit_ancestor.ancestor_id = (SELECT id FROM unit WHERE code = '{unit}')
              AND unit_ancestor.to_on IS NULL ORDER BY unit.code""")]
    (top,), = raw.all(f"SELECT id FROM unit WHERE code = '{unit}'")
    listed = "".join(code.ljust(60) for code in codes)
    day = (lambda it: f"'{it}'") if raw.engine == "sqlite" else (lambda it: f"DATE '{it}'")
    values = [f"'{listed}'", day(f"{year}-11-15"), day(f"{year}-01-01"), day(f"{year + 1}-01-01"),
              raw.id(top), day(datetime.date.today()), str(year)]
    return re.sub(r"\$(\d+)", lambda it: values[int(it.group(1)) - 1], text).strip()


def evaluations(unit, year):
    """What somebody would write by hand for the rows of the year's file: who, where, the rolls, what was given, what was chosen."""
    on, first, after = f"{year}-11-15", f"{year}-01-01", f"{year + 1}-01-01"
    chosen = ", ".join(
        f"MAX(CASE WHEN criterion.number = {number} THEN criterion_option.label END)"
        f" AS choice_{number}" for number in range(1, 7))
    # CROSS JOIN keeps SQLite to the order written, as the program does.
    return f"""
        WITH listed AS (
            SELECT residence.member_id, residence.cell_id, residence.letter_id,
                   residence.address, residence.category
            FROM unit_ancestor JOIN residence ON residence.cell_id = unit_ancestor.unit_id
            WHERE unit_ancestor.ancestor_id = {unit} AND residence.started_on <= '{on}'
              AND (residence.ended_on IS NULL OR residence.ended_on > '{on}')
        ), attended AS (
            SELECT listed.member_id,
                   COUNT(*) FILTER (WHERE status <> 'exempt') AS expected,
                   COUNT(*) FILTER (WHERE status = 'present') AS present,
                   COUNT(*) FILTER (WHERE status = 'excused') AS excused,
                   COUNT(*) FILTER (WHERE status = 'unexcused') AS unexcused
            FROM listed CROSS JOIN attendance CROSS JOIN meeting
            WHERE attendance.member_id = listed.member_id AND meeting.id = attendance.meeting_id
              AND meeting.held_on >= '{first}' AND meeting.held_on < '{after}'
            GROUP BY listed.member_id
        ), given AS (
            SELECT listed.member_id, SUM(amount_vnd) AS amount, COUNT(*) AS gifts
            FROM listed JOIN contribution ON contribution.member_id = listed.member_id
            WHERE given_on >= '{first}' AND given_on < '{after}' GROUP BY listed.member_id
        ), chosen AS (
            SELECT sheet.member_id, {chosen}
            FROM listed
            JOIN evaluation_sheet AS sheet ON sheet.member_id = listed.member_id
                                          AND sheet.year = {year} AND sheet.kind = 'annual'
            JOIN evaluation_choice ON evaluation_choice.sheet_id = sheet.id
            JOIN criterion ON criterion.id = evaluation_choice.criterion_id
            JOIN criterion_option ON criterion_option.id = evaluation_choice.option_id
            GROUP BY sheet.member_id
        )
        SELECT above.name AS ward, place.name AS cell, member.full_name, member.sex,
               member.born_on, member.card_number, member.admitted_on, member.official_on,
               member.position, workplace.name AS workplace, listed.address, listed.category,
               introduction_letter.number, attended.expected, attended.present,
               attended.excused, attended.unexcused, given.gifts, given.amount,
               sheet.state, sheet.other_text, sheet.signed_on, sheet.signed_by,
               sheet.confirmed_on, sheet.confirmed_by, chosen.choice_1, chosen.choice_2,
               chosen.choice_3, chosen.choice_4, chosen.choice_5, chosen.choice_6
        FROM listed
        JOIN member ON member.id = listed.member_id
        JOIN unit_period AS place ON place.unit_id = listed.cell_id
        JOIN unit_period AS above ON above.unit_id = place.parent_id
        LEFT JOIN workplace ON workplace.id = member.workplace_id
        LEFT JOIN introduction_letter ON introduction_letter.id = listed.letter_id
        LEFT JOIN evaluation_sheet AS sheet ON sheet.member_id = listed.member_id
                                           AND sheet.year = {year} AND sheet.kind = 'annual'
        LEFT JOIN attended ON attended.member_id = listed.member_id
        LEFT JOIN given ON given.member_id = listed.member_id
        LEFT JOIN chosen ON chosen.member_id = listed.member_id
        ORDER BY above.name, place.name, member.sort_key"""


def roll(raw, cell):
    """The writes of a saved roll: marks, the meeting's counts, a version, an audit entry."""
    meeting = raw.all(f"""SELECT id FROM meeting WHERE unit_id = {cell} AND rolled_at IS NOT NULL
                          ORDER BY held_on DESC, id DESC LIMIT 1""")[0][0]
    account = raw.all("SELECT id FROM account LIMIT 1")[0][0]
    is_sqlite = raw.engine == "sqlite"
    known = lambda it: it if is_sqlite else bytes.fromhex(it.replace("-", ""))
    meeting, account = known(meeting), known(account)
    on_roll = [known(row[0]) for row in raw.all(
        f"""SELECT member_id FROM attendance WHERE meeting_id = {raw.id(meeting if is_sqlite
            else meeting.hex())} AND status <> 'exempt' ORDER BY member_id""")]
    versions = int(raw.all("SELECT MAX(version) FROM roll_version")[0][0] or 0)

    def statements(number):
        mark = "present" if number % 2 else "excused"
        changes = str([[place, "p", "", "e", ""] for place, _ in enumerate(on_roll, 1)])
        entry = random.randbytes(16)
        return [
            ("UPDATE attendance SET status = ?, reason = '' WHERE meeting_id = ?"
             " AND member_id = ?", [(mark, meeting, member) for member in on_roll]),
            ("UPDATE meeting SET present = ?, excused = ?, version = version + 1 WHERE id = ?",
             [(len(on_roll) if number % 2 else 0, 0 if number % 2 else len(on_roll), meeting)]),
            ("INSERT INTO roll_version (meeting_id, version, saved_at, account_id, account_name,"
             " changed, changes) VALUES (?, ?, 0, ?, 'x', ?, ?)",
             [(meeting, versions + number + 1, account, len(on_roll), changes)]),
            ("INSERT INTO audit_entry (id, at, account_id, account_name, address, action, subject,"
             " subject_id, summary, changes) VALUES (?, 0, ?, 'x', '', 'meeting.roll_call',"
             " 'meeting', ?, 'x', ?)", [(entry, account, meeting, changes)]),
        ]

    return statements


def people(raw, count):
    """As many made-up people as a list has, from those of the registry: nobody twice."""
    rows = raw.all(f"""SELECT full_name, workplace.name
                       FROM member JOIN workplace ON workplace.id = member.workplace_id
                       ORDER BY member.id LIMIT {count}""")
    shown = lambda day: day.strftime("%d/%m/%Y")
    made = []
    for number in range(count):
        # Nobody is born on another's day: no two are taken for one.
        born = datetime.date(1965, 1, 1) + datetime.timedelta(days=number)
        admitted = born + datetime.timedelta(days=9_000)
        name, work = rows[number % len(rows)]
        made.append((name, shown(born), work, shown(admitted), f"99.{number:06}"))
    return made


def insert(people_of_list):
    """The rows that importing the list writes: a member and a residence each."""

    def statements(number):
        stamp = lambda place: (number * 10**9 + place).to_bytes(8, "big")
        ids = [(stamp(place) + b"\1" * 8, stamp(place) + b"\2" * 8)
               for place, _ in enumerate(people_of_list)]
        rows = [(member, name, name.split()[0], " ".join(name.split()[1:-1]), name.split()[-1],
                 name.encode(), name.lower(), born, card)
                for (member, _), (name, born, _, _, card) in zip(ids, people_of_list)]
        homes = [(home, member) for member, home in ids]
        return [
            ("INSERT INTO member (id, full_name, family, middle, given, sort_key, folded, born_on,"
             " born_precision, card_number, position, workplace_cell, created_at)"
             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'day', ?, '', '', 0)", rows),
            ("INSERT INTO residence (id, member_id, cell_id, address, household_cluster, kind,"
             " category, started_on, created_at) SELECT ?, ?, id, '', '', 'permanent', 'normal',"
             " '2020-01-01', 0 FROM unit WHERE code = 'phuong-1-2'", homes),
        ]

    return statements
