//! What has come to depend on a reorganisation since it was applied.

use chrono::NaiveDate;

use crate::db::{Tx, on};
use crate::ids::{ReorganisationId, UnitId};
use crate::reorganisations::model::Reorganisation;
use crate::small::{Shown, told};
use crate::vietnamese::day;

/// The units that it opened.
macro_rules! opened {
    () => {
        "(SELECT unit_id FROM reorganisation_unit
          WHERE reorganisation_id = $1 AND outcome = 'opened')"
    };
}

/// Counts the rows of a table that name an opened unit.
macro_rules! of_opened {
    ($what:literal, $table:literal) => {
        concat!(
            "SELECT unit_id, '",
            $what,
            "' AS what, COUNT(*) FROM ",
            $table,
            " WHERE unit_id IN ",
            opened!(),
            " GROUP BY unit_id "
        )
    };
}

/// Sentences in Vietnamese: why it cannot be undone. Empty where nothing depends on it.
pub async fn dependents(tx: &mut Tx, it: &Reorganisation) -> sqlx::Result<Vec<String>> {
    let mut found = Vec::new();
    for (unit_id, what, count) in in_opened(tx, it.id).await? {
        let name = name(tx, unit_id, it.effective_on).await?;
        found.push(format!("{name} đã có {count} {what}"));
    }
    for (unit_id, what) in changed(tx, it.id).await? {
        let name = name(tx, unit_id, it.effective_on).await?;
        found.push(format!("{name} {what}"));
    }
    for (on, reference) in later(tx, it).await? {
        let on = day::short(on);
        found.push(format!(
            "lần sắp xếp từ {on} ({reference}) dựa trên lần này: hoàn tác lần ấy trước"
        ));
    }
    for (what, count) in of_moved(tx, it.id, it.effective_on).await? {
        // Books may be counted; people are not, where they are few.
        let of_people = what.starts_with("người");
        let count = if of_people { told(count) } else { Shown::Exact(count) };
        found.push(format!("{count} {what}"));
    }
    Ok(found)
}

async fn name(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<String> {
    Ok(crate::organisation::store::get(tx, id, on).await?.name)
}

/// Whatever names a unit that would go.
async fn in_opened(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Vec<(UnitId, String, i64)>> {
    let sql = concat!(
        of_opened!("cuộc họp", "meeting"),
        "UNION ALL ",
        of_opened!("lượt đóng góp", "contribution"),
        "UNION ALL ",
        of_opened!("công trình, quỹ", "work_item"),
        "UNION ALL ",
        of_opened!("ý kiến", "opinion"),
        "UNION ALL ",
        of_opened!("phiếu nhận xét", "evaluation_sheet"),
        "UNION ALL ",
        of_opened!("lần mở nhận xét", "evaluation_year"),
        "UNION ALL ",
        of_opened!("lần họp với Mặt trận", "front_consultation"),
        "UNION ALL ",
        of_opened!("phiếu xin ý kiến", "evaluation_request"),
        "UNION ALL ",
        of_opened!("điều đã quy định riêng", "unit_setting"),
        "UNION ALL ",
        of_opened!("lần nhập danh sách", "list_import"),
        "UNION ALL ",
        of_opened!("lần xuất tệp", "export"),
        "UNION ALL ",
        of_opened!("bản sắp xếp khác", "reorganisation"),
        "UNION ALL
         SELECT ward_id, 'giấy giới thiệu gửi đến', COUNT(*) FROM introduction_letter
         WHERE ward_id IN ",
        opened!(),
        " GROUP BY ward_id
         UNION ALL
         SELECT cell_id, 'giấy giới thiệu đã phân về', COUNT(*) FROM introduction_letter
         WHERE cell_id IN ",
        opened!(),
        " GROUP BY cell_id
         UNION ALL
         SELECT cell_id, 'nơi cư trú ghi thêm', COUNT(*) FROM residence
         WHERE cell_id IN ",
        opened!(),
        "  AND (reorganisation_id IS NULL OR reorganisation_id <> $1)
           AND id NOT IN (SELECT residence_id FROM residence_move WHERE reorganisation_id = $1)
         GROUP BY cell_id
         UNION ALL
         SELECT unit_id, 'vai trò trao riêng', COUNT(*) FROM role_grant
         WHERE unit_id IN ",
        opened!(),
        "  AND (reorganisation_id IS NULL OR reorganisation_id <> $1)
         GROUP BY unit_id
         UNION ALL
         SELECT parent_id, 'đơn vị bên dưới thêm sau', COUNT(*) FROM unit_period
         WHERE parent_id IN ",
        opened!(),
        "  AND unit_id NOT IN (SELECT unit_id FROM reorganisation_unit
                               WHERE reorganisation_id = $1)
         GROUP BY parent_id"
    );
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// Units that somebody changed since, by name or otherwise.
async fn changed(tx: &mut Tx, id: ReorganisationId) -> sqlx::Result<Vec<(UnitId, String)>> {
    let sql = "SELECT unit.id, 'đã được sửa sau khi sắp xếp'
               FROM reorganisation_unit JOIN unit ON unit.id = reorganisation_unit.unit_id
               WHERE reorganisation_unit.reorganisation_id = $1
                 AND reorganisation_unit.outcome <> 'named'
                 AND unit.version <> reorganisation_unit.version
               ORDER BY unit.code";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))
}

/// Applied reorganisations behind this one, of which one changed what the other touches.
async fn later(tx: &mut Tx, it: &Reorganisation) -> sqlx::Result<Vec<(NaiveDate, String)>> {
    let sql = "SELECT reorganisation.effective_on, reorganisation.legal_reference
               FROM reorganisation
               WHERE reorganisation.status = 'applied' AND reorganisation.id <> $1
                 AND (reorganisation.effective_on > $2
                      OR (reorganisation.effective_on = $2 AND reorganisation.applied_at > $3))
                 AND EXISTS (SELECT 1
                             FROM reorganisation_unit AS theirs
                             JOIN reorganisation_unit AS ours ON ours.unit_id = theirs.unit_id
                             WHERE theirs.reorganisation_id = reorganisation.id
                               AND ours.reorganisation_id = $1
                               AND NOT (theirs.outcome = 'named' AND ours.outcome = 'named'))
               ORDER BY reorganisation.effective_on";
    on!(tx, db => sqlx::query_as(sql)
        .bind(it.id)
        .bind(it.effective_on)
        .bind(it.applied_at)
        .fetch_all(db))
}

/// What was written down of the people it moved, in the cell they came to.
async fn of_moved(
    tx: &mut Tx,
    id: ReorganisationId,
    on: NaiveDate,
) -> sqlx::Result<Vec<(String, i64)>> {
    let sql = "SELECT what, number FROM (
                   SELECT 'người đã thay đổi nơi cư trú, diện hoặc giấy sau khi sắp xếp' AS what,
                          COUNT(*) AS number
                   FROM residence_move AS moved
                   JOIN residence AS old ON old.id = moved.residence_id
                   LEFT JOIN residence AS opened ON opened.id = moved.new_id
                   WHERE moved.reorganisation_id = $1
                     AND (old.version <> moved.version + 1
                          OR (moved.new_id IS NOT NULL
                              AND (opened.id IS NULL OR opened.version <> 1)))
                   UNION ALL
                   SELECT 'cuộc họp đã điểm danh người chuyển đến', COUNT(DISTINCT meeting.id)
                   FROM residence_move AS moved
                   JOIN residence ON residence.id = moved.residence_id
                   JOIN attendance ON attendance.member_id = residence.member_id
                   JOIN meeting ON meeting.id = attendance.meeting_id
                                AND meeting.unit_id = moved.to_cell_id
                                AND meeting.held_on >= $2
                   WHERE moved.reorganisation_id = $1
                   UNION ALL
                   SELECT 'lượt đóng góp của người chuyển đến', COUNT(*)
                   FROM residence_move AS moved
                   JOIN residence ON residence.id = moved.residence_id
                   JOIN contribution ON contribution.member_id = residence.member_id
                                     AND contribution.unit_id = moved.to_cell_id
                                     AND contribution.given_on >= $2
                   WHERE moved.reorganisation_id = $1
                   UNION ALL
                   SELECT 'ý kiến của người chuyển đến', COUNT(*)
                   FROM residence_move AS moved
                   JOIN residence ON residence.id = moved.residence_id
                   JOIN opinion ON opinion.member_id = residence.member_id
                                AND opinion.unit_id = moved.to_cell_id
                                AND opinion.raised_on >= $2
                   WHERE moved.reorganisation_id = $1
                   UNION ALL
                   SELECT 'phiếu nhận xét người chuyển đến', COUNT(*)
                   FROM residence_move AS moved
                   JOIN residence ON residence.id = moved.residence_id
                   JOIN evaluation_sheet ON evaluation_sheet.member_id = residence.member_id
                                         AND evaluation_sheet.unit_id = moved.to_cell_id
                                         AND evaluation_sheet.reference_on >= $2
                   WHERE moved.reorganisation_id = $1) AS counted
               WHERE number > 0";
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(on).fetch_all(db))
}
