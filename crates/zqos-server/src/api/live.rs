//! What goes wrong now, as it comes in.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use tokio::time::{Instant, sleep_until};
use zqos_answer::live::{Live, live as seen};
use zqos_answer::meeting::Lens;

use super::overview::least_people;
use super::{Query, of_account};
use crate::access::Identity;
use crate::problem::Problem;
use crate::server::Server;

/// How often the present is told.
///
/// **Source**: a choice of this project: what comes in is seen within five seconds.
const EVERY: Duration = Duration::from_secs(5);

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfAccount {
    /// One account; all that may be seen if not given.
    account: Option<String>,
}

/// What goes wrong now, and what is not observed, as server-sent events `state`.
#[utoipa::path(get, path = "/api/v1/live", params(OfAccount), responses((status = OK, body = Live, content_type = "text/event-stream"), Problem))]
pub(crate) async fn live(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(OfAccount { account }): Query<OfAccount>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let who = of_account(who, account.as_deref())?;
    server.sees(&who, "/api/v1/live")?;
    let events = stream::unfold((server, who, Instant::now()), async |(server, who, at)| {
        sleep_until(at).await;
        let event = match now(&server, &who).await {
            Ok(state) => Event::default().event("state").json_data(&state),
            Err(problem) => Event::default().event("problem").json_data(&problem),
        };
        // What can't be written is left out; the next one comes.
        let event = event.unwrap_or_default();
        Some((Ok(event), (server, who, Instant::now() + EVERY)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

async fn now(server: &Arc<Server>, who: &Identity) -> Result<Live, Problem> {
    let version = server.held.newest().await?;
    let settings = &server.settings;
    let lens = Lens { judge: settings.judge, context: &settings.context, eyes: server.eyes(who) };
    let least = least_people(server, who);
    Ok(seen(&version.archive, &who.accounts, server.now(), settings.input, lens, least).await?)
}
