//! What was collected, and how the store is.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::Serialize;
use utoipa::ToSchema;
use zqos_answer::Eyes;

use super::{Answered, Query, When, newest_join};
use crate::access::Identity;
use crate::coverage::AccountCoverage;
use crate::problem::Problem;
use crate::server::Server;

/// How many holes of an account are told.
const HOLES: usize = 500;

/// What was collected, and how the store is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Collected {
    accounts: Vec<AccountCoverage>,
    store: StoreHealth,
}

/// How the store is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoreHealth {
    /// None for whoever may not see all accounts, as files have rows of several.
    tables: Vec<TableHealth>,
    /// When the newest join with a verdict began.
    newest_sample: Option<String>,
    /// UTC days of which there are several files still: they are not sealed, or not wholly. Likewise.
    unsealed_days: Vec<String>,
}

/// A table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableHealth {
    name: &'static str,
    files: usize,
    rows: u64,
    /// Null for whoever may not know people: how long their names are shows in it.
    bytes: Option<u64>,
}

/// What was collected, what is missing, until when it can be had, and how the store is.
#[utoipa::path(get, path = "/api/v1/coverage", params(When), responses((status = OK, body = Collected), Problem))]
pub(crate) async fn coverage(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(when): Query<When>,
) -> Answered<Collected> {
    let range = when.range()?;
    let sees_all = server.sees_all(&who);
    let who = when.of(who)?;
    let told = server.settings.coverage.coverage(&who.accounts, range).await;
    let mut accounts = told.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "coverage can't be told");
        super::unavailable("what was collected can't be told at present")
    })?;
    let is_veiled = server.eyes(&who) == Eyes::Veiled;
    for account in &mut accounts {
        account.holes.truncate(HOLES);
        for hole in account.holes.iter_mut().filter(|_| is_veiled) {
            hole.topic = None;
        }
    }
    let version = server.held.newest().await?;
    let newest_sample = newest_join(&server, &version, &who).await?.map(|at| at.to_string());
    let tables = version.archive.snapshot().map(zqos_store::Snapshot::tables);
    let (mut healths, mut unsealed) = (Vec::new(), std::collections::BTreeMap::new());
    for (table, _, files) in tables.into_iter().flatten().filter(|_| sees_all) {
        if table.name == "stream_samples" {
            for file in files {
                *unsealed.entry(file.day.clone()).or_insert(0_usize) += 1;
            }
        }
        healths.push(TableHealth {
            name: table.name,
            files: files.len(),
            rows: files.iter().map(|file| file.rows).sum(),
            bytes: (!is_veiled).then(|| files.iter().map(|file| file.size).sum()),
        });
    }
    unsealed.retain(|_, files| *files > 1);
    Ok(Json(Collected {
        accounts,
        store: StoreHealth {
            tables: healths,
            newest_sample,
            unsealed_days: unsealed.into_keys().collect(),
        },
    }))
}
