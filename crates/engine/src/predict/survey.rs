//! The survey: which objects each path of an endpoint reaches, and by which keys.

use crate::graph::{Graph, Key, ObjectId};
use crate::load::Loaded;
use crate::mapping::{ColumnId, Mapping};
use crate::plan::document::{BulkForm, BulkKeys, Mode, Strategy};
use crate::plan::{Between, Node, NodeId, Program, RootPlan, WalkIo};
use crate::trace::StatementTrace;
use rustc_hash::{FxHashMap, FxHashSet};

/// Which objects each path of an endpoint reaches.
#[derive(Debug)]
pub struct Survey {
    pub(super) graph: Graph,
    /// The root of each row: an explicit join may repeat one.
    pub(super) roots: Vec<ObjectId>,
    /// Whether the rows of a relationship are not its pairs of objects, by node: a pair that is stored twice, or keys that
    /// the database takes for equal and an application does not.
    pub(super) uneven: Vec<bool>,
}

impl Survey {
    /// What to load for the survey of a program's endpoint: keys only, one statement a relationship, and nothing is read.
    /// It is the same for every choice of strategies.
    #[must_use]
    pub fn program(of: &Program) -> Program {
        let nodes = of.nodes.iter().map(|node| surveyed(of, node)).collect();
        let RootPlan { node, filter, .. } = &of.main;
        let main = RootPlan {
            node: *node,
            mode: Mode::List,
            filter: filter.clone(),
            repeats_roots: false,
            unique: true,
            batch: None,
            async_batches: false,
            needs_all_rows: false,
            buffered: false,
        };
        Program {
            asynchronous: false,
            mapping: of.mapping.clone(),
            dialect: of.dialect,
            places: of.places.clone(),
            nodes,
            before: Vec::new(),
            hold: false,
            main,
            between: Between { commit: false, expire: false, close: false },
            walk_io: WalkIo::Allowed,
            walks: false,
        }
    }

    /// The survey from what the program for it has loaded, and from the statements that were sent; `None` if that failed.
    #[must_use]
    pub fn of(program: &Program, loaded: Loaded, statements: &[StatementTrace]) -> Option<Survey> {
        let Loaded { mut graph, roots: Some(roots), error: None } = loaded else { return None };
        graph.end_of_loading();
        let mut rows: FxHashMap<Option<&str>, u64> = FxHashMap::default();
        for statement in statements {
            *rows.entry(statement.path.as_deref()).or_default() += statement.rows;
        }
        let mut survey = Survey { graph, roots, uneven: vec![false; program.nodes.len()] };
        survey.hold_against(program, program.main.node, &survey.roots.clone(), &rows);
        Some(survey)
    }

    /// Compares, below a node, the pairs of objects with the rows that brought them.
    fn hold_against(
        &mut self,
        program: &Program,
        node: NodeId,
        owners: &[ObjectId],
        rows: &FxHashMap<Option<&str>, u64>,
    ) {
        for child in &program.node(node).children {
            let Some((_, id, relationship)) = program.relationship(*child) else { continue };
            let (mut keys, mut known) = (FxHashSet::default(), FxHashSet::default());
            let (mut pairs, mut targets) = (0, Vec::new());
            for owner in owners {
                let found = self.graph.related(*owner, id).objects();
                if keys.insert(self.key(*owner, &relationship.local)) {
                    pairs += found.len() as u64;
                }
                targets.extend(found.iter().copied().filter(|target| known.insert(*target)));
            }
            let path = &*program.node(*child).path;
            self.uneven[child.0 as usize] = rows.get(&Some(path)).copied().unwrap_or_default() != pairs;
            self.hold_against(program, *child, &targets, rows);
        }
    }

    /// The values of an object's columns.
    pub(super) fn key(&self, object: ObjectId, columns: &[ColumnId]) -> Key {
        Key::new(columns.iter().map(|column| self.graph.value(object, *column)))
    }
}

fn surveyed(of: &Program, node: &Node) -> Node {
    Node {
        strategy: if node.parent.is_some() { Strategy::Bulk } else { Strategy::Default },
        accessed: false,
        columns: keys(&of.mapping, of, node),
        chunk: None,
        recursion: None,
        bulk: (BulkForm::In, BulkKeys::Distinct),
        reads_below: false,
        ..node.clone()
    }
}

/// The primary key, and the columns by which something below is found.
fn keys(mapping: &Mapping, program: &Program, node: &Node) -> Option<Box<[ColumnId]>> {
    let entity = mapping.entity(node.entity);
    let below = node.children.iter().filter_map(|child| program.relationship(*child));
    let local = below.flat_map(|(_, _, relationship)| relationship.local.iter().copied());
    let mut columns: Vec<ColumnId> = entity.primary_key.iter().copied().chain(local).collect();
    columns.sort_unstable();
    columns.dedup();
    (columns.len() < entity.columns.len()).then(|| columns.into())
}
