//! Files whose names end in `.ndjson`: what `zqos` itself writes by `--format ndjson`.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::GetExt;
use datafusion::datasource::file_format::json::JsonFormatFactory;
use datafusion::datasource::file_format::{FileFormat, FileFormatFactory};
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;

/// An object a line, as in files that are called `.json`.
#[derive(Debug)]
struct Ndjson(JsonFormatFactory);

impl GetExt for Ndjson {
    fn get_ext(&self) -> String {
        "ndjson".to_owned()
    }
}

impl FileFormatFactory for Ndjson {
    fn create(
        &self,
        state: &dyn Session,
        options: &HashMap<String, String>,
    ) -> Result<Arc<dyn FileFormat>, DataFusionError> {
        self.0.create(state, options)
    }

    fn default(&self) -> Arc<dyn FileFormat> {
        FileFormatFactory::default(&self.0)
    }
}

/// Makes queries find out what is in such files.
pub(crate) fn register(context: &SessionContext) -> Result<(), DataFusionError> {
    let format = Arc::new(Ndjson(JsonFormatFactory::new()));
    context.state_ref().write().register_file_format(format, false)
}
