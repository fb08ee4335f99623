//! The tables of a split: a ward cell by cell, a cell by its clusters and its people.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::access::guard::{self, Scope};
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{MemberId, UnitId};
use crate::members;
use crate::members::model::Category;
use crate::members::store::Resident;
use crate::organisation::model::{UnitKind, by_name};
use crate::reorganisations::desk::{Desk, Group};
use crate::reorganisations::flow::destination;
use crate::reorganisations::store::people;
use crate::reorganisations::summary::words;
use crate::small::{self, Shown};

/// Up to so many cells are all offered as targets; of more, those of the same ward and the
/// new ones.
const FEW_CELLS: usize = 40;

/// What is to be shared out, and where it may go.
pub struct Table {
    pub code: String,
    pub name: String,
    pub is_cell: bool,
    pub children: Vec<Row>,
    pub clusters: Vec<Row>,
    /// Empty unless they are chosen by hand.
    pub people: Vec<PersonRow>,
    pub targets: Vec<Group>,
}

/// A cell of a ward, or a household cluster of a cell.
pub struct Row {
    /// The field that says where it goes.
    pub field: String,
    pub name: String,
    pub count: Shown,
}

pub struct PersonRow {
    pub field: String,
    pub name: String,
    pub address: String,
    pub cluster: String,
}

impl Table {
    /// The table of the unit of this code; none where no such unit stands by now. `by_hand` is
    /// the scope in which the viewer sees the names that are asked for.
    pub async fn of(
        tx: &mut Tx,
        viewer: &Viewer,
        desk: &Desk,
        code: &str,
        (names, by_hand): (bool, Option<&Scope>),
    ) -> Result<Option<Table>> {
        let Some((node, shape)) = desk.find(code) else { return Ok(None) };
        let mut table = Table {
            code: code.to_owned(),
            name: shape.name.clone(),
            is_cell: shape.kind == UnitKind::Cell,
            children: Vec::new(),
            clusters: Vec::new(),
            people: Vec::new(),
            targets: targets(desk, node.id, shape.parent, shape.kind == UnitKind::Cell),
        };
        if table.is_cell {
            let cell = Cell::of(tx, desk, node.id).await?;
            cell.enter(tx, viewer, desk, names).await?;
            table.clusters = cell.clusters(names);
            if let Some(scope) = by_hand {
                table.people = cell.people(tx, desk, scope).await?;
            }
        } else {
            table.children = children(tx, desk, node.id, names).await?;
        }
        Ok(Some(table))
    }
}

fn targets(desk: &Desk, id: UnitId, parent: Option<UnitId>, is_cell: bool) -> Vec<Group> {
    if !is_cell {
        return desk.uppers(|it, _| it.id != id);
    }
    let all = desk.count_cells() <= FEW_CELLS;
    desk.cells(|it, shape| it.id != id && (all || it.is_new() || shape.parent == parent))
}

/// The units right below a ward by now, and how many live there.
async fn children(tx: &mut Tx, desk: &Desk, id: UnitId, names: bool) -> Result<Vec<Row>> {
    let counted = members::store::counts_by_cell(tx, desk.it.effective_on).await?;
    let of_cell: HashMap<UnitId, i64> =
        counted.into_iter().map(|it| (it.cell_id, it.normal)).collect();
    let mut all: HashMap<UnitId, i64> = HashMap::new();
    for (cell, count) in of_cell {
        for above in desk.forest.above(cell) {
            *all.entry(above).or_default() += count;
        }
    }
    let mut rows: Vec<(String, String, i64)> = Vec::new();
    for child in desk.forest.children(id) {
        let Some(node) = desk.forest.get(child) else { continue };
        let count = all.get(&child).copied().unwrap_or(0);
        rows.push((format!("c-{}", node.code), node.name().to_owned(), count));
    }
    rows.sort_by(|a, b| by_name(&a.1, &b.1));
    Ok(counted_rows(rows, names))
}

fn counted_rows(rows: Vec<(String, String, i64)>, names: bool) -> Vec<Row> {
    let counts: Vec<i64> = rows.iter().map(|it| it.2).collect();
    let (shown, _) = small::column(&counts, names);
    let rows = rows.into_iter().zip(shown);
    rows.map(|((field, name, _), count)| Row { field, name, count }).collect()
}

/// Those who would live in a cell behind the steps so far.
struct Cell {
    residents: Vec<Resident>,
    /// From where they may come.
    giving: Vec<UnitId>,
}

impl Cell {
    async fn of(tx: &mut Tx, desk: &Desk, id: UnitId) -> Result<Cell> {
        let mut giving: Vec<UnitId> = desk.flows.iter().map(|it| it.from).chain([id]).collect();
        giving.sort_unstable();
        giving.dedup();
        let day = desk.it.effective_on;
        let mut residents = members::store::residents_from(tx, &giving, day).await?;
        residents.retain(|it| {
            destination(it.member_id, it.cell_id, &it.household_cluster, &desk.flows) == id
        });
        let mut seen = HashSet::new();
        residents.retain(|it| seen.insert(it.member_id));
        Ok(Cell { residents, giving })
    }

    /// The cells of a past day may be another unit's by now, and their people are not to be
    /// told to whom they no longer belong.
    async fn enter(&self, tx: &mut Tx, viewer: &Viewer, desk: &Desk, names: bool) -> Result<()> {
        let right = if names { Right::SeeNames } else { Right::Reorganise };
        for cell in &self.giving {
            if desk.forest.get(*cell).is_some_and(|it| !it.is_new()) {
                guard::enter(tx, viewer, *cell, right).await.map_err(|_| Error::NotFound)?;
            }
        }
        Ok(())
    }

    fn clusters(&self, names: bool) -> Vec<Row> {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for it in &self.residents {
            let normal = i64::from(it.category == Category::Normal);
            *counts.entry(it.household_cluster.trim()).or_default() += normal;
        }
        let mut rows: Vec<(String, String, i64)> = counts
            .into_iter()
            .map(|(cluster, count)| (format!("k-{cluster}"), words::cluster(cluster), count))
            .collect();
        rows.sort_by(|a, b| by_name(&a.1, &b.1));
        counted_rows(rows, names)
    }

    async fn people(&self, tx: &mut Tx, desk: &Desk, scope: &Scope) -> Result<Vec<PersonRow>> {
        let by_id: HashMap<MemberId, &Resident> =
            self.residents.iter().map(|it| (it.member_id, it)).collect();
        let named = people::named(tx, scope, &self.giving, desk.it.effective_on).await?;
        let mut seen = HashSet::new();
        let rows = named.into_iter().filter_map(|it| {
            let resident = by_id.get(&it.id).filter(|_| seen.insert(it.id))?;
            Some(PersonRow {
                field: format!("m-{}", it.id),
                name: it.full_name,
                address: it.address,
                cluster: words::cluster(&resident.household_cluster),
            })
        });
        Ok(rows.collect())
    }
}
