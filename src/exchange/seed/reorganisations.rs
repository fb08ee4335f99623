//! `reorganisations.csv`: what became of units since, decision by decision.

use chrono::NaiveDate;

use crate::audit::model::Actor;
use crate::clock::Moment;
use crate::db::Tx;
use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet, Spot};
use crate::exchange::seed::{Known, Refused, store};
use crate::ids::{ReorganisationId, UnitId};
use crate::organisation::model::UnitKind;
use crate::reorganisations;
use crate::reorganisations::model::{NewReorganisation, NewUnitSpec, Part, Step, Target};

pub const REORGANISATIONS: Layout = Layout {
    file: "reorganisations.csv",
    needed: &["effective_on", "legal_reference", "step", "unit_code"],
    optional: &["child_code", "target_code", "name", "kind", "official_code", "parent_code"],
};

/// Columns that describe a unit.
const OF_A_UNIT: [&str; 4] = ["name", "kind", "official_code", "parent_code"];

/// One reorganisation of the file: its head, where it begins, and its steps, each with the
/// place of its first row.
struct Draft {
    effective_on: NaiveDate,
    legal_reference: String,
    spot: Spot,
    steps: Vec<(Spot, Step)>,
}

/// Applies what the file tells, in its order, each reorganisation built on those before.
pub async fn load(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &mut Known,
    actor: &Actor,
    at: Moment,
) -> Result<(), Refused> {
    for draft in read(sheet)? {
        apply(tx, draft, actor, at).await?;
    }
    known.units = store::units(tx).await?;
    Ok(())
}

async fn apply(tx: &mut Tx, draft: Draft, actor: &Actor, at: Moment) -> Result<(), Refused> {
    let new = NewReorganisation {
        id: ReorganisationId::new(),
        unit_id: None,
        legal_reference: draft.legal_reference,
        effective_on: draft.effective_on,
    };
    let (spots, steps): (Vec<Spot>, Vec<Step>) = draft.steps.into_iter().unzip();
    reorganisations::store::add(tx, &new, &actor.name, at).await?;
    let drafted = reorganisations::store::get(tx, new.id).await?;
    reorganisations::store::set_steps(tx, new.id, drafted.version, &steps).await?;
    let version = reorganisations::store::get(tx, new.id).await?.version;
    let refused = match reorganisations::apply(tx, actor, new.id, version, at).await {
        Ok(()) => return Ok(()),
        Err(refused) => refused,
    };
    // Steps are numbered from 1; a fault of the whole stands where the whole begins.
    let place = |step: usize| step.checked_sub(1).and_then(|it| spots.get(it)).copied();
    Err(match refused {
        reorganisations::Refused::Faults(faults) => {
            let spot = faults.first().and_then(|it| place(it.step)).unwrap_or(draft.spot);
            let why: Vec<String> = faults.into_iter().map(|it| it.message).collect();
            spot.fault(why.join("; ")).into()
        }
        reorganisations::Refused::Checks(checks) => {
            let said = |text: String, details: Vec<String>| match details.as_slice() {
                [] => text,
                details => format!("{text}: {}", details.join("; ")),
            };
            let why: Vec<String> = checks.into_iter().map(|it| said(it.text, it.details)).collect();
            draft.spot.fault(format!("chưa đạt: {}", why.join("; "))).into()
        }
        reorganisations::Refused::Stale => {
            draft.spot.fault("có người khác vừa sửa, nạp lại".to_owned()).into()
        }
        reorganisations::Refused::Database(error) => error.into(),
    })
}

fn read(sheet: &mut Sheet<'_>) -> Result<Vec<Draft>, Fault> {
    let mut drafts: Vec<Draft> = Vec::new();
    while let Some(row) = sheet.read_row()? {
        let effective_on = row.need_day("effective_on")?;
        let legal_reference =
            row.need("legal_reference", "số và ngày của nghị quyết, quyết định")?;
        let same = |it: &Draft| {
            (it.effective_on, it.legal_reference.as_str())
                == (effective_on, legal_reference.as_str())
        };
        let is_told = drafts.iter().any(same);
        match drafts.last_mut() {
            Some(last) if same(last) => last.take(row)?,
            _ if is_told => {
                let expected = "các dòng của một căn cứ và một ngày đứng liền nhau";
                return Err(row.fault("legal_reference", expected));
            }
            _ => {
                let spot = row.spot();
                let mut draft = Draft { effective_on, legal_reference, spot, steps: Vec::new() };
                draft.take(row)?;
                drafts.push(draft);
            }
        }
    }
    Ok(drafts)
}

impl Draft {
    /// Adds what the row says: a step, or one more unit to the step before.
    fn take(&mut self, row: Row<'_>) -> Result<(), Fault> {
        let code = row.code("unit_code")?.to_owned();
        let step = match row.get("step") {
            "open" => {
                uses(row, &OF_A_UNIT)?;
                Step::Open { unit: read_unit(row, &code)? }
            }
            "rename" => {
                uses(row, &["name"])?;
                Step::Rename { code, name: row.need("name", "tên mới")? }
            }
            "rekind" => {
                uses(row, &["kind", "official_code"])?;
                let kind = read_kind(row)?;
                let official_code = filled(row, "official_code")?;
                if kind.is_none() && official_code.is_none() {
                    return Err(row.fault("kind", "cấp mới, hoặc official_code mới"));
                }
                Step::Rekind { code, kind, official_code }
            }
            "move" => {
                uses(row, &["parent_code"])?;
                Step::Move { code, parent: filled_code(row, "parent_code")? }
            }
            "merge" => {
                uses(row, &["target_code", "name", "kind", "official_code", "parent_code"])?;
                let target = read_target(row)?;
                match self.steps.last_mut() {
                    Some((_, Step::Merge { sources, target: whole }))
                        if whole.code() == target.code() =>
                    {
                        agree(row, whole, &target)?;
                        sources.push(code);
                        return Ok(());
                    }
                    _ => Step::Merge { sources: vec![code], target },
                }
            }
            "split" => {
                uses(
                    row,
                    &["child_code", "target_code", "name", "kind", "official_code", "parent_code"],
                )?;
                let child = row.code("child_code")?.to_owned();
                let target = read_target(row)?;
                match self.steps.last_mut() {
                    Some((_, Step::Split { source, parts, .. })) if *source == code => {
                        return give(row, parts, target, child);
                    }
                    _ => Step::Split {
                        source: code,
                        parts: vec![part(target, child)],
                        goes_on: false,
                    },
                }
            }
            "dissolve" => {
                uses(row, &["target_code"])?;
                Step::Dissolve { code, children_to: filled_code(row, "target_code")? }
            }
            _ => {
                let steps = "open, rename, rekind, move, merge, split hoặc dissolve";
                return Err(row.fault("step", steps));
            }
        };
        self.steps.push((row.spot(), step));
        Ok(())
    }
}

/// Gives one more child to the part of a split that goes to `target`.
fn give(row: Row<'_>, parts: &mut Vec<Part>, target: Target, child: String) -> Result<(), Fault> {
    match parts.iter_mut().find(|it| it.target.code() == target.code()) {
        Some(part) => {
            agree(row, &part.target, &target)?;
            part.children.push(child);
        }
        None => parts.push(part(target, child)),
    }
    Ok(())
}

fn part(target: Target, child: String) -> Part {
    Part {
        target,
        children: vec![child],
        clusters: Vec::new(),
        members: Vec::new(),
        takes_rest: false,
        successor: false,
    }
}

/// A column that the step has no use for must be empty: what it says would be lost.
fn uses(row: Row<'_>, used: &[&str]) -> Result<(), Fault> {
    let idle = ["child_code", "target_code"].into_iter().chain(OF_A_UNIT);
    let idle = idle.filter(|it| !used.contains(it));
    match idle.into_iter().find(|it| !row.get(it).is_empty()) {
        Some(column) => Err(row.fault(column, "ô trống ở bước này")),
        None => Ok(()),
    }
}

fn filled(row: Row<'_>, column: &'static str) -> Result<Option<String>, Fault> {
    Ok(Some(row.text(column)?).filter(|it| !it.is_empty()))
}

fn filled_code(row: Row<'_>, column: &'static str) -> Result<Option<String>, Fault> {
    if row.get(column).is_empty() { Ok(None) } else { Ok(Some(row.code(column)?.to_owned())) }
}

fn read_kind(row: Row<'_>) -> Result<Option<UnitKind>, Fault> {
    let kinds = "province, city, ward, commune, township hoặc cell";
    row.word("kind", UnitKind::read, kinds)
}

fn read_unit(row: Row<'_>, code: &str) -> Result<NewUnitSpec, Fault> {
    Ok(NewUnitSpec {
        id: UnitId::new(),
        code: code.to_owned(),
        name: row.need("name", "tên đơn vị mới")?,
        kind: read_kind(row)?.ok_or_else(|| row.fault("kind", "cấp của đơn vị mới"))?,
        official_code: filled(row, "official_code")?,
        parent: filled_code(row, "parent_code")?,
    })
}

/// A unit that is there, or, where the row describes one, a new one.
fn read_target(row: Row<'_>) -> Result<Target, Fault> {
    let code = row.code("target_code")?;
    if OF_A_UNIT.iter().all(|it| row.get(it).is_empty()) {
        return Ok(Target::Code(code.to_owned()));
    }
    Ok(Target::New(read_unit(row, code)?))
}

/// A further row of a step may describe the new unit again, and not otherwise.
fn agree(row: Row<'_>, first: &Target, again: &Target) -> Result<(), Fault> {
    let Target::New(again) = again else { return Ok(()) };
    if let Target::New(first) = first
        && *first == (NewUnitSpec { id: first.id, ..again.clone() })
    {
        return Ok(());
    }
    Err(row.fault("name", "đơn vị mới tả ở dòng đầu của bước, như dòng đầu hoặc để trống"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "effective_on,legal_reference,step,unit_code,child_code,target_code,\
                        name,kind,official_code,parent_code\n";

    fn drafts(rows: &str) -> Result<Vec<Draft>, Fault> {
        let text = format!("{HEAD}{rows}");
        let today = NaiveDate::from_ymd_opt(2025, 7, 1).unwrap();
        let mut sheet = Sheet::open(&REORGANISATIONS, Box::new(text.as_bytes()), today)?;
        read(&mut sheet)
    }

    fn fault(rows: &str) -> String {
        drafts(rows).err().unwrap().to_string()
    }

    #[test]
    fn rows_of_one_day_and_decision_are_one_reorganisation() {
        let read = drafts(
            "2025-01-01,NQ 1,rename,a,,,A,,,\n2025-01-01,NQ 1,move,a,,,,,,b\n2025-07-01,NQ 2,dissolve,b,,,,,,\n",
        )
        .unwrap();
        let steps: Vec<usize> = read.iter().map(|it| it.steps.len()).collect();
        assert_eq!(steps, [2, 1]);
        assert_eq!(
            read[1].spot.fault("x".to_owned()).to_string(),
            "reorganisations.csv, dòng 4: x"
        );
        let torn = "2025-01-01,NQ 1,rename,a,,,A,,,\n2025-07-01,NQ 2,rename,a,,,B,,,\n2025-01-01,NQ 1,rename,a,,,C,,,\n";
        assert!(fault(torn).contains("dòng 4, cột legal_reference: "), "{}", fault(torn));
    }

    #[test]
    fn following_rows_of_one_target_or_one_source_are_one_step() {
        let read = drafts(
            "2025-01-01,NQ 1,merge,a,,t,T,ward,18077,c\n2025-01-01,NQ 1,merge,b,,t,,,,\n\
             2025-01-01,NQ 1,merge,d,,u,,,,\n\
             2025-01-01,NQ 1,split,s,s1,t,,,,\n2025-01-01,NQ 1,split,s,s2,v,V,ward,,c\n\
             2025-01-01,NQ 1,split,s,s3,t,,,,\n",
        )
        .unwrap();
        let [
            (_, Step::Merge { sources, target: Target::New(new) }),
            (_, Step::Merge { .. }),
            (_, Step::Split { parts, goes_on, .. }),
        ] = read[0].steps.as_slice()
        else {
            panic!("other steps");
        };
        assert_eq!(
            (sources.join(" "), new.official_code.as_deref()),
            ("a b".to_owned(), Some("18077"))
        );
        let shares: Vec<String> = parts
            .iter()
            .map(|it| format!("{} {}", it.target.code(), it.children.join(" ")))
            .collect();
        assert_eq!(
            (shares.as_slice(), *goes_on),
            (["t s1 s3", "v s2"].map(str::to_owned).as_slice(), false)
        );
    }

    #[test]
    fn what_a_step_has_no_use_for_is_a_fault() {
        for (row, said) in [
            ("rename,a,,t,A,,,", "dòng 2, cột target_code: chờ ô trống ở bước này, gặp \"t\""),
            ("rename,a,,,,,,", "cột name: chờ tên mới"),
            ("rekind,a,,,,,,", "cột kind: chờ cấp mới"),
            ("rekind,a,,,,hamlet,,", "cột kind: chờ province"),
            ("open,a,,,A,,,b", "cột kind: chờ cấp của đơn vị mới"),
            ("split,a,,t,,,,", "cột child_code: chờ mã"),
            ("merge,a,,,,,,", "cột target_code: chờ mã"),
            ("Open,a,,,,,,", "cột step: chờ open, rename"),
        ] {
            let fault = fault(&format!("2025-01-01,NQ 1,{row}\n"));
            assert!(fault.contains(said), "{row}: {fault}");
        }
        let twice = "2025-01-01,NQ 1,merge,a,,t,T,ward,,c\n2025-01-01,NQ 1,merge,b,,t,T,ward,,d\n";
        assert!(fault(twice).contains("dòng 3, cột name: "), "{}", fault(twice));
    }
}
