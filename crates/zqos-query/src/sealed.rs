//! Views that cost nothing where days are sealed.
//!
//! In a sealed day each key stands once, so that its rows are read as they are. Only of the other days is
//! the latest row, or value, of each key looked for, which means to sort all of them, or to know all keys.

use std::sync::Arc;

use datafusion::datasource::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry as _;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::ExprFunctionExt as _;
use datafusion::prelude::{DataFrame, SessionContext, ident, lit};
use object_store::{ObjectMeta, ObjectStore};
use url::Url;
use zqos_core::table::{Column, Latest, REVISION, Table};
use zqos_store::DataFile;

use crate::functions::LATEST;
use crate::pinned::PinnedFiles;

/// Where the files of sealed days are, and those of the others.
const SEALED: &str = "zqos://sealed/";
const OPEN: &str = "zqos://open/";

/// The files of a version, apart.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    sealed: Vec<ObjectMeta>,
    open: Vec<ObjectMeta>,
}

impl Parts {
    /// Adds the files of a table, by day, and what they are as objects.
    pub(crate) fn add(&mut self, files: &[DataFile], object: impl Fn(&DataFile) -> ObjectMeta) {
        for of_day in files.chunk_by(|one, other| one.day == other.day) {
            let part = if is_sealed(of_day) { &mut self.sealed } else { &mut self.open };
            part.extend(of_day.iter().map(&object));
        }
    }

    /// Makes the files known to queries.
    pub(crate) fn register(self, context: &SessionContext, store: &Arc<dyn ObjectStore>) {
        for (place, files) in [(SEALED, self.sealed), (OPEN, self.open)] {
            let url = Url::parse(place).expect("a URL");
            let files = PinnedFiles::new(Arc::clone(store), files);
            context.register_object_store(&url, Arc::new(files));
        }
    }

    /// Registers the view of a table of which one row of a key counts: `rows` are those of the files at a
    /// place. `false` when no day of it is sealed, or a key may stand in two of them; then nothing is done.
    pub(crate) fn register_view(
        &self,
        context: &SessionContext,
        table: &Table,
        rows: impl Fn(&str) -> Result<Arc<dyn TableProvider>, DataFusionError>,
    ) -> Result<bool, DataFusionError> {
        let folder = object_store::path::Path::from(format!("tables/{}", table.name));
        let [has_sealed, has_open] = [&self.sealed, &self.open]
            .map(|files| files.iter().any(|file| file.location.prefix_matches(&folder)));
        // Rows of one key stand in one day where the day is told by the key.
        if !has_sealed || table.latest == Latest::Only || !table.key.contains(&"ts") {
            return Ok(false);
        }
        let columns = || table.columns.iter().map(|column| ident(column.name));
        let mut view = context.read_table(rows(SEALED)?)?.select(columns())?;
        if has_open {
            let open = latest(context, context.read_table(rows(OPEN)?)?, table)?;
            view = view.union(open.select(columns())?)?;
        }
        context.register_table(table.name, view.into_view())?;
        Ok(true)
    }
}

/// True when each key stands once in a day, as the names of its files tell.
fn is_sealed(of_day: &[DataFile]) -> bool {
    of_day.iter().all(DataFile::is_sealed)
}

/// Of rows with one key what the latest says.
fn latest(
    context: &SessionContext,
    rows: DataFrame,
    table: &Table,
) -> Result<DataFrame, DataFusionError> {
    const PLACE: &str = "place";
    let key = table.key.iter().map(|column| ident(*column)).collect();
    if table.latest == Latest::Values {
        let latest = context.udaf(LATEST)?;
        let others = table.columns.iter().filter(|column| !table.key.contains(&column.name));
        let of = |column: &Column| {
            latest.call(vec![ident(column.name), ident(REVISION.name)]).alias(column.name)
        };
        return rows.aggregate(key, others.map(of).collect());
    }
    let latest_first = vec![ident(REVISION.name).sort(false, true)];
    let place = row_number().partition_by(key).order_by(latest_first).build()?;
    rows.window(vec![place.alias(PLACE)])?.filter(ident(PLACE).eq(lit(1_u64)))
}
