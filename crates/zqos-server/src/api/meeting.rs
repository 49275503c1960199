//! One meeting.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::{TryStreamExt as _, try_join};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zqos_answer::meeting::{Attendant, Attended, Heat, Lens, Shown, Timelines, timelines};
use zqos_answer::{Answer, Eyes, MeetingRow, Question, audio_verdicts, meeting_row};
use zqos_query::quoted;

use super::overview::diagnosed;
use super::{Answered, FoundMeeting, Path, Query, Zone, of_account, one_meeting};
use crate::access::Identity;
use crate::held::Version;
use crate::problem::Problem;
use crate::server::Server;
use crate::spreadsheet::no_formula;

/// The most joins of which time lines are told at once.
const MOST_LINES: usize = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfMeeting {
    /// The account.
    account: Option<String>,
}

/// A meeting, and who took part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneMeeting {
    meeting: MeetingRow,
    /// When it began, and when it ended; of one that runs, until when it is told.
    #[schema(value_type = String, format = DateTime)]
    from: String,
    #[schema(value_type = String, format = DateTime)]
    to: String,
    participants: Vec<Attendant>,
}

/// A meeting: how it went, and who took part.
#[utoipa::path(get, path = "/api/v1/meetings/{uuid}", params(("uuid" = String, Path, description = "The meeting's UUID"), OfMeeting), responses((status = OK, body = OneMeeting), Problem))]
pub(crate) async fn meeting(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(uuid): Path<String>,
    Query(OfMeeting { account }): Query<OfMeeting>,
) -> Answered<OneMeeting> {
    let who = of_account(who, account.as_deref())?;
    let version = server.held.newest().await?;
    let found = one_meeting(&server, &version, &who, &uuid).await?;
    let FoundMeeting { account: [account], meeting, range } = &*found;
    let verdicts = async {
        let read = audio_verdicts(&version.archive, account, meeting, range.clone());
        Ok::<_, Problem>(read.await?)
    };
    let (attended, verdicts) = try_join!(attended(&server, &version, &who, &found), verdicts)?;
    Ok(Json(OneMeeting {
        meeting: meeting_row(account, meeting, &verdicts, &attended, server.eyes(&who)),
        from: range.start.to_string(),
        to: range.end.to_string(),
        participants: attended.participants.clone(),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfDiagnosis {
    /// One person in it alone, by the key.
    person: Option<String>,
    /// The account.
    account: Option<String>,
}

/// What went wrong in a meeting, for whom, when and why.
///
/// It looks at what ran around the meeting, too, and so takes longer than to tell who took part.
#[utoipa::path(get, path = "/api/v1/meetings/{uuid}/diagnosis", params(("uuid" = String, Path, description = "The meeting's UUID"), OfDiagnosis), responses((status = OK, body = Answer), Problem))]
pub(crate) async fn diagnosis(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(uuid): Path<String>,
    Query(OfDiagnosis { person, account }): Query<OfDiagnosis>,
) -> Answered<Answer> {
    let who = of_account(who, account.as_deref())?;
    if person.is_some() {
        super::only_people(&server, &who)?;
    }
    let version = server.held.newest().await?;
    let found = one_meeting(&server, &version, &who, &uuid).await?;
    let (archive, now) = (&version.archive, server.now());
    let (names, of) = (&*server.settings.names, person.as_deref());
    let called = |name: &str| names(name);
    let meeting = found.meeting.clone();
    let question = Question::of_meeting(archive, &who.accounts, meeting, of, &called, now).await?;
    Ok(Json(diagnosed(&server, &version, &who, &question, &Zone::new(None)?).await?))
}

/// Who took part, read once of each version of its days.
async fn attended(
    server: &Arc<Server>,
    version: &Version,
    who: &Identity,
    found: &FoundMeeting,
) -> Result<Arc<Attended>, Problem> {
    let FoundMeeting { account, meeting, range } = found;
    let eyes = server.eyes(who);
    let key = (account.to_vec(), meeting.uuid.as_str().to_owned(), eyes == Eyes::Open);
    let archive = &version.archive;
    let of = version.mark(range);
    let read = async {
        let settings = &server.settings;
        let lens = Lens { judge: settings.judge, context: &settings.context, eyes };
        Ok::<_, Problem>(Attended::read(archive, account, meeting, range.clone(), lens).await?)
    };
    server.attended.get(of, key, Attended::weight, server.in_turn(read)).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfHeat {
    /// `worst` of all media, which is meant if it is not given, `audio`, `video` or `share`.
    stream: Option<String>,
    /// The account.
    account: Option<String>,
}

/// A meeting's participants × minutes.
#[utoipa::path(get, path = "/api/v1/meetings/{uuid}/heat", params(("uuid" = String, Path, description = "The meeting's UUID"), OfHeat), responses((status = OK, body = Heat), Problem))]
pub(crate) async fn heat(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(uuid): Path<String>,
    Query(OfHeat { stream, account }): Query<OfHeat>,
) -> Answered<Heat> {
    let who = of_account(who, account.as_deref())?;
    let shown = Shown::from_word(stream.as_deref().unwrap_or("worst"))
        .ok_or_else(|| Problem::wrong("`stream` is `worst`, `audio`, `video` or `share`"))?;
    let version = server.held.newest().await?;
    let found = one_meeting(&server, &version, &who, &uuid).await?;
    Ok(Json(attended(&server, &version, &who, &found).await?.heat(shown)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Several` reads")]
pub(crate) struct OfSeries {
    /// A join; several may be given.
    user_id: Vec<String>,
    /// The account.
    account: Option<String>,
}

/// Parameters of which some come several times.
fn several(uri: &axum::http::Uri, name: &str) -> Vec<String> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let pairs = pairs.map(|pairs| pairs.0).unwrap_or_default();
    pairs.into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
}

/// What was measured of joins, minute by minute.
#[utoipa::path(get, path = "/api/v1/meetings/{uuid}/series", params(("uuid" = String, Path, description = "The meeting's UUID"), OfSeries), responses((status = OK, body = Timelines), Problem))]
pub(crate) async fn series(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(uuid): Path<String>,
    uri: axum::http::Uri,
) -> Answered<Timelines> {
    let joins = several(&uri, "user_id");
    let who = of_account(who, several(&uri, "account").first().map(String::as_str))?;
    if joins.is_empty() || joins.len() > MOST_LINES {
        return Err(Problem::wrong(format!("name one to {MOST_LINES} joins by `user_id`")));
    }
    let version = server.held.newest().await?;
    let found = one_meeting(&server, &version, &who, &uuid).await?;
    let FoundMeeting { account, meeting, range } = &*found;
    let (input, eyes) = (server.settings.input, server.eyes(&who));
    let range = range.clone();
    let read = timelines(&version.archive, account, meeting, range, &joins, input, eyes);
    Ok(Json(read.await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfRows {
    /// The join.
    user_id: String,
    /// `json`, which is meant if it is not given, `ndjson` or `csv`.
    format: Option<String>,
    /// The account.
    account: Option<String>,
}

/// The stream samples of a join, as they are stored.
#[utoipa::path(get, path = "/api/v1/meetings/{uuid}/rows", params(("uuid" = String, Path, description = "The meeting's UUID"), OfRows), responses((status = OK, description = "Rows of `stream_samples`", content_type = "application/json"), Problem))]
pub(crate) async fn rows(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(uuid): Path<String>,
    Query(OfRows { user_id, format, account }): Query<OfRows>,
) -> Result<Response, Problem> {
    let who = of_account(who, account.as_deref())?;
    let version = server.held.newest().await?;
    let found = one_meeting(&server, &version, &who, &uuid).await?;
    let FoundMeeting { account: [account], range, .. } = &*found;
    let sql = format!(
        "SELECT account, meeting_uuid, user_id, ts, stream, origin, bitrate_kbps, latency_ms, jitter_ms, \
           avg_loss_pct, max_loss_pct, width_px, height_px, frame_rate_fps \
         FROM stream_samples WHERE account = {} AND meeting_uuid = {} AND user_id = {} \
           AND ts >= TIMESTAMP '{}' AND ts < TIMESTAMP '{}' ORDER BY ts, stream, origin",
        quoted(account),
        quoted(&uuid),
        quoted(&user_id),
        range.start.saturating_sub(zqos_answer::LONGEST),
        range.end.saturating_add(zqos_answer::LONGEST),
    );
    let batches: Vec<arrow::array::RecordBatch> =
        version.archive.query(&sql).await?.try_collect().await?;
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "rows can't be written");
    let (kind, body) = match format.as_deref().unwrap_or("json") {
        "json" => {
            let mut writer = arrow::json::ArrayWriter::new(Vec::new());
            writer.write_batches(&batches.iter().collect::<Vec<_>>()).map_err(failed)?;
            writer.finish().map_err(failed)?;
            let body = writer.into_inner();
            ("application/json", if body.is_empty() { b"[]".to_vec() } else { body })
        }
        "ndjson" => {
            let mut writer = arrow::json::LineDelimitedWriter::new(Vec::new());
            writer.write_batches(&batches.iter().collect::<Vec<_>>()).map_err(failed)?;
            writer.finish().map_err(failed)?;
            ("application/x-ndjson", writer.into_inner())
        }
        "csv" => ("text/csv; charset=utf-8", csv(&batches).map_err(failed)?),
        _ => return Err(Problem::wrong("`format` is `json`, `ndjson` or `csv`")),
    };
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if !kind.starts_with("application/json") {
        let ending = if kind.starts_with("text/csv") { "csv" } else { "ndjson" };
        let named = format!("attachment; filename=\"stream_samples.{ending}\"");
        if let Ok(named) = HeaderValue::from_str(&named) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
        }
    }
    Ok(response.into_response())
}

/// Rows for a spreadsheet, which takes no cell for a formula.
fn csv(batches: &[arrow::array::RecordBatch]) -> Result<Vec<u8>, arrow::error::ArrowError> {
    use arrow::util::display::{ArrayFormatter, FormatOptions};

    let failed = |error: csv::Error| arrow::error::ArrowError::CsvError(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(first) = batches.first() {
        let schema = first.schema();
        let names = schema.fields().iter().map(|field| field.name());
        writer.write_record(names).map_err(failed)?;
    }
    let options = FormatOptions::new();
    for batch in batches {
        let columns: Vec<ArrayFormatter<'_>> = (batch.columns().iter())
            .map(|cells| ArrayFormatter::try_new(cells, &options))
            .collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|column| no_formula(column.value(row).to_string()));
            writer.write_record(cells).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|error| arrow::error::ArrowError::CsvError(error.to_string()))
}
