"""The people of a registry as a folder of CSV files, as haichieu seed reads them."""

import csv
import os

# A list takes codes of at most sixty letters.
CODE = """CASE WHEN length(workplace.code) <= 60 THEN workplace.code
               ELSE substr(workplace.code, 1, 30) || '-' || substr(workplace.code, -25) END"""

# A generated country is a province above provinces, which no list may say: they have nothing above them there.
FILES = {
    "units.csv": """
        SELECT unit.code, CASE WHEN holding.kind <> unit_period.kind THEN above.code END AS parent_code,
               unit_period.kind, unit_period.name, unit_period.official_code, unit_period.from_on
        FROM unit JOIN unit_period ON unit_period.unit_id = unit.id
        LEFT JOIN unit AS above ON above.id = unit_period.parent_id
        LEFT JOIN unit_period AS holding ON holding.unit_id = unit_period.parent_id
        WHERE NOT EXISTS (SELECT 1 FROM unit_period AS below
                          WHERE below.parent_id = unit.id AND below.kind = unit_period.kind)
        ORDER BY (SELECT COUNT(*) FROM unit_ancestor WHERE unit_ancestor.unit_id = unit.id), unit.id
        """,
    "workplaces.csv": f"SELECT {CODE} AS code, name FROM workplace ORDER BY id",
    "members.csv": f"""
        SELECT 'm' || row_number() OVER () AS code, member.full_name, unit.code AS cell_code,
               residence.started_on, member.sex, substr(member.born_on, 1,
               CASE member.born_precision WHEN 'year' THEN 4 ELSE 10 END) AS born_on,
               member.admitted_on, member.official_on,
               member.card_number, member.phone, member.position,
               {CODE} AS workplace_code, member.workplace_cell, residence.address,
               residence.household_cluster, residence.kind AS residence_kind,
               residence.category, residence.exempt_reason, introduction_letter.number
               AS letter_number, introduction_letter.issued_by AS letter_issued_by,
               introduction_letter.issued_on AS letter_issued_on
        FROM member JOIN residence ON residence.member_id = member.id AND residence.ended_on IS NULL
        JOIN unit ON unit.id = residence.cell_id
        LEFT JOIN workplace ON workplace.id = member.workplace_id
        LEFT JOIN introduction_letter ON introduction_letter.id = residence.letter_id
        """,
}


def write(db, folder):
    """Writes the files of an SQLite registry, row by row; how many people there are."""
    for name, sql in FILES.items():
        rows = db.execute(sql)
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow([it[0] for it in rows.description])
            count = 0
            for row in rows:
                out.writerow(row)
                count += 1
    return count
