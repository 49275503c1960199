//! The tables of a store as SQL has them.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use datafusion::catalog::MemorySchemaProvider;
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use object_store::local::LocalFileSystem;
use object_store::{ObjectMeta, ObjectStore};
use url::Url;
use zqos_core::Origin;
use zqos_core::column::STREAM_FIGURES;
use zqos_core::table::{
    Column, DAY, Kind, Latest, MEETINGS, PARTICIPANTS, PUSH_CONNECTIONS, REVISION, STREAM_SAMPLES,
    Table,
};
use zqos_store::{DataFile, Location, Snapshot};

use crate::bound::of_accounts;
use crate::functions::{AUDIO_MINUTE, LATEST, MIDDLE};
use crate::pinned::PinnedFiles;
use crate::sealed::Parts;
use crate::trust;

/// The catalog of everything.
pub(crate) const CATALOG: &str = "zqos";
/// Where tables are that people ask.
pub(crate) const PUBLIC: &str = "public";
/// Where tables of operation are.
pub(crate) const SYSTEM: &str = "system";
/// Where the rows of every revision are; the tables that people ask are views of them.
pub(crate) const STORED: &str = "stored";
/// Where all files of a version are.
const STORE: &str = "zqos://store/";

/// How many bytes of the end of each file are read at first. What a file says of its content has 3,000 to
/// 15,000 for a day of a company; DataFusion would take half a megabyte, of each file of a table.
const FOOTER: usize = 32 << 10;

/// Registers the tables of a store, as far as they were read: the rows of these accounts, of all if `None`.
pub(crate) async fn register(
    context: &SessionContext,
    at: &Location,
    snapshot: &Snapshot,
    accounts: Option<&[String]>,
) -> Result<(), DataFusionError> {
    let store: Arc<dyn ObjectStore> = match at {
        Location::Folder(folder) => Arc::new(LocalFileSystem::new_with_prefix(folder)?),
        _ => snapshot.objects(),
    };
    let (mut all, mut parts) = (Vec::new(), Parts::default());
    for (table, _, files) in snapshot.tables() {
        let object = |file: &DataFile| ObjectMeta {
            location: format!("tables/{}/{}", table.name, file.path).into(),
            // Files never change once they are named.
            last_modified: std::time::UNIX_EPOCH.into(),
            size: file.size,
            e_tag: None,
            version: None,
        };
        all.extend(files.iter().map(object));
        parts.add(files, object);
    }
    let catalog = context.catalog(CATALOG).expect("the default catalog");
    for name in [STORED, SYSTEM] {
        catalog.register_schema(name, Arc::new(MemorySchemaProvider::new()))?;
    }
    for (table, ..) in snapshot.tables() {
        let rows_at = |place: &str| Ok(of_accounts(rows(table, place)?, accounts));
        let files = rows_at(STORE)?;
        let tail = snapshot.tail(table);
        if tail.is_empty() {
            context.register_table(TableReference::partial(STORED, table.name), files)?;
        } else {
            // What is in logs alone is there all the same.
            let [in_files, in_logs] = ["files", "logs"].map(|of| format!("{}_in_{of}", table.name));
            let tail = of_accounts(Arc::new(tail_of(table, tail)?), accounts);
            context.register_table(TableReference::partial(STORED, &*in_files), files)?;
            context.register_table(TableReference::partial(STORED, &*in_logs), tail)?;
            let rows = format!(
                "CREATE VIEW {STORED}.{} AS SELECT * FROM {STORED}.{in_files} \
                 UNION ALL SELECT * FROM {STORED}.{in_logs}",
                table.name
            );
            context.sql(&rows).await?;
        }
        // What a log has may be of a sealed day.
        let is_plain = tail.is_empty() && parts.register_view(context, table, rows_at)?;
        if !is_plain {
            context.sql(&view(table)).await?;
        }
    }
    parts.register(context, &store);
    let url = Url::parse(STORE).expect("a URL");
    context.register_object_store(&url, Arc::new(PinnedFiles::new(store, all)));
    for View { home, name, tables, rows } in VIEWS {
        if tables.iter().all(|table| snapshot.tables().any(|(read, ..)| read == *table)) {
            context.sql(&format!("CREATE VIEW {home}.{name} AS {}", rows())).await?;
        }
    }
    Ok(())
}

/// The rows of a table in the files at a place.
fn rows(table: &Table, place: &str) -> Result<Arc<ListingTable>, DataFusionError> {
    let at = ListingTableUrl::parse(format!("{place}tables/{}/", table.name))?;
    let format = ParquetFormat::default().with_metadata_size_hint(Some(FOOTER));
    let options = ListingOptions::new(Arc::new(format))
        .with_table_partition_cols(vec![(DAY.name.to_owned(), DataType::Date32)]);
    let config =
        ListingTableConfig::new(at).with_listing_options(options).with_schema(schema(table));
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// Rows that are in logs alone, with the columns of stored rows.
fn tail_of(table: &Table, tail: &[RecordBatch]) -> Result<MemTable, DataFusionError> {
    let columns = table.columns.iter().chain([&REVISION, &DAY]);
    let schema = Arc::new(Schema::new(columns.map(field).collect::<Vec<_>>()));
    let batches = tail.iter().map(|rows| {
        let columns = rows.columns().iter().zip(schema.fields());
        let columns = columns.map(|(cells, field)| cast(cells, field.data_type()));
        RecordBatch::try_new(Arc::clone(&schema), columns.collect::<Result<_, _>>()?)
    });
    MemTable::try_new(Arc::clone(&schema), vec![batches.collect::<Result<_, ArrowError>>()?])
}

/// The schema that the view of a table is in.
const fn home(table: &Table) -> &'static str {
    if table.is_system { SYSTEM } else { PUBLIC }
}

/// The view that people ask: one row of each key.
fn view(table: &Table) -> String {
    let (home, name) = (home(table), table.name);
    let rows = latest(table, table.columns.iter().map(|column| column.name), "true");
    format!("CREATE VIEW {home}.{name} AS {rows}")
}

/// Columns of one row of each key, of the stored rows that a condition holds for.
pub(crate) fn latest<'a>(
    table: &Table,
    columns: impl Iterator<Item = &'a str>,
    condition: &str,
) -> String {
    let (name, key, revision) = (table.name, table.key.join(", "), REVISION.name);
    let latest = |column: &str| {
        if table.latest != Latest::Values || table.key.contains(&column) {
            return column.to_owned();
        }
        format!("{LATEST}({column}, {revision}) AS {column}")
    };
    let columns = columns.map(latest).collect::<Vec<_>>().join(", ");
    let stored = format!("{STORED}.{name} WHERE {condition}");
    match table.latest {
        Latest::Only => format!("SELECT {columns} FROM {stored}"),
        Latest::Row => format!(
            "SELECT {columns} FROM (\
               SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {revision} DESC) AS place \
               FROM {stored}\
             ) WHERE place = 1"
        ),
        Latest::Values => format!("SELECT {columns} FROM {stored} GROUP BY {key}"),
    }
}

/// A view of several tables.
pub(crate) struct View {
    /// The schema that it is in.
    home: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// The tables that it is of.
    pub(crate) tables: &'static [&'static Table],
    /// Its rows.
    rows: fn() -> String,
}

/// The views, beside those that each table has.
pub(crate) const VIEWS: [View; 5] = [
    View {
        home: PUBLIC,
        name: "joined_samples",
        tables: &[&STREAM_SAMPLES, &PARTICIPANTS, &MEETINGS],
        rows: joined_samples,
    },
    View {
        home: PUBLIC,
        name: "audio_minutes",
        tables: &[&STREAM_SAMPLES, &PARTICIPANTS],
        rows: audio_minutes,
    },
    View { home: PUBLIC, name: "merged_samples", tables: &[&STREAM_SAMPLES], rows: merged_samples },
    View {
        home: PUBLIC,
        name: "origin_differences",
        tables: &[&STREAM_SAMPLES],
        rows: origin_differences,
    },
    View { home: SYSTEM, name: "push_gaps", tables: &[&PUSH_CONNECTIONS], rows: push_gaps },
];

/// What was told to nobody: between the connections by which events were pushed, and since the last one has
/// ended.
fn push_gaps() -> String {
    "SELECT account, transport, start_time, end_time, why FROM (\
       SELECT account, transport, until AS start_time, why, \
         lead(start_time) OVER (PARTITION BY account, transport ORDER BY start_time) AS end_time \
       FROM system.push_connections\
     ) WHERE end_time IS NOT NULL OR why IS NOT NULL"
        .to_owned()
}

/// Stream samples with what is known of their participant and their meeting.
fn joined_samples() -> String {
    "SELECT s.*, \
       p.participant_uuid, p.join_time, p.person_id, p.user_name, p.email, p.leave_time, \
       p.leave_reason, p.ip_address, p.internal_ip_addresses, p.location, p.network_type, \
       p.connection_type, p.video_connection_type, p.share_connection_type, p.data_center, p.device, \
       p.os, p.client, p.version, p.microphone, p.speaker, p.camera, p.health, p.site, \
       m.meeting_id, m.kind, m.topic, m.host, m.host_email, m.dept, m.start_time, m.end_time, \
       m.participant_count \
     FROM stream_samples s \
     LEFT JOIN participants p \
       ON s.account = p.account AND s.meeting_uuid = p.meeting_uuid AND s.user_id = p.user_id \
     LEFT JOIN meetings m ON s.account = m.account AND s.meeting_uuid = m.meeting_uuid"
        .to_owned()
}

/// The audio of everybody in every minute, judged: all legs together, as verdicts on joins count them.
///
/// What the others' latency was is read off the middle of all, for of a sorted list without one of its
/// values only the middle can come to stand there.
fn audio_minutes() -> String {
    let figures = ["bitrate_kbps", "latency_ms", "jitter_ms", "avg_loss_pct", "max_loss_pct"];
    let leg = figures.map(|figure| format!("'{figure}', {figure}")).join(", ");
    let minute = "account, meeting_uuid, date_trunc('minute', ts) AS ts, origin, user_id";
    let minutes = |columns: &str, condition: &str| {
        format!(
            "SELECT {minute}, {columns} FROM stream_samples \
             WHERE starts_with(stream, 'audio_'){condition} \
             GROUP BY account, meeting_uuid, date_trunc('minute', ts), origin, user_id"
        )
    };
    let legs = minutes(
        &format!(
            "array_agg(named_struct({leg})) AS legs, max(latency_ms) AS latency_ms, \
             max(jitter_ms) AS jitter_ms"
        ),
        "",
    );
    let latencies = minutes("max(latency_ms) AS latency_ms", " AND latency_ms IS NOT NULL");
    format!(
        "SELECT account, meeting_uuid, user_id, ts, origin, person_id, user_name, email, site, location, \
           network_type, data_center, version, \
           get_field(judged, 'verdict') AS verdict, get_field(judged, 'reason') AS reason, get_field(judged, 'r') AS r, \
           get_field(judged, 'mos') AS mos, get_field(judged, 'worst_verdict') AS worst_verdict, \
           get_field(judged, 'worst_r') AS worst_r, get_field(judged, 'worst_mos') AS worst_mos, get_field(judged, 'way') AS way, \
           latency_ms, jitter_ms, get_field(judged, 'avg_loss_pct') AS avg_loss_pct, \
           get_field(judged, 'max_loss_pct') AS max_loss_pct \
         FROM (\
           SELECT l.account, l.meeting_uuid, l.user_id, l.ts, l.origin, l.latency_ms, l.jitter_ms, \
             p.person_id, p.user_name, p.email, p.site, p.location, p.network_type, p.data_center, \
             p.version, \
             {AUDIO_MINUTE}(l.legs, o.latencies, p.connection_type, p.device) AS judged \
           FROM ({legs}) l \
           LEFT JOIN (\
             SELECT account, meeting_uuid, ts, origin, \
               {MIDDLE}(array_agg(latency_ms)) AS latencies \
             FROM ({latencies}) GROUP BY account, meeting_uuid, ts, origin\
           ) o ON l.account = o.account AND l.meeting_uuid = o.meeting_uuid AND l.ts = o.ts \
             AND l.origin = o.origin \
           LEFT JOIN participants p ON l.account = p.account AND l.meeting_uuid = p.meeting_uuid \
             AND l.user_id = p.user_id\
         )"
    )
}

fn merged_samples() -> String {
    merged("stream_samples", &STREAM_FIGURES)
}

/// Each stream in each minute once, of stream samples: all streams of a join's minute are of the most trusted
/// origin that tells of the minute. Of several samples in one minute, as live reports may have, the last counts.
pub(crate) fn merged(samples: &str, figures: &[&str]) -> String {
    let (place, bit, others) = (trust::place(), trust::bit(), trust::others("origins"));
    let figures = figures.join(", ");
    let minute = "account, meeting_uuid, user_id, ts";
    format!(
        "SELECT account, meeting_uuid, user_id, ts, stream, origin, {others} AS other_origins, {figures} \
         FROM (\
           SELECT *, min(trust) OVER (PARTITION BY {minute}) AS most, \
             bit_or(bit) OVER (PARTITION BY {minute}) AS origins, \
             row_number() OVER (PARTITION BY {minute}, stream, origin ORDER BY at DESC) AS place \
           FROM (\
             SELECT account, meeting_uuid, user_id, date_trunc('minute', ts) AS ts, ts AS at, stream, \
               origin, {place} AS trust, {bit} AS bit, {figures} \
             FROM {samples}\
           )\
         ) WHERE trust = most AND place = 1"
    )
}

/// How far figures of what was pushed lie from those of past reports, in minutes that both tell of.
fn origin_differences() -> String {
    let of = |origin: Origin| {
        let figures =
            STREAM_FIGURES.map(|figure| format!("CAST({figure} AS DOUBLE) AS {figure}")).join(", ");
        format!(
            "SELECT account, meeting_uuid, user_id, date_trunc('minute', ts) AS ts, stream, {figures} \
             FROM stream_samples WHERE origin = '{}'",
            origin.as_str()
        )
    };
    let (rest, qss) = (of(Origin::RestPast), of(Origin::Qss));
    // Of each figure what it came to, in columns; then each in a row of its own.
    let sums = STREAM_FIGURES.map(|figure| {
        let (rest, qss) = (format!("r.{figure}"), format!("q.{figure}"));
        let difference = format!("{qss} - {rest}");
        format!(
            "count({difference}) AS minutes_{figure}, \
             avg({rest}) FILTER (WHERE {qss} IS NOT NULL) AS mean_rest_{figure}, \
             avg({qss}) FILTER (WHERE {rest} IS NOT NULL) AS mean_qss_{figure}, \
             avg({difference}) AS mean_difference_{figure}, \
             avg(abs({difference})) AS mean_abs_difference_{figure}, \
             max(abs({difference})) AS max_abs_difference_{figure}"
        )
    });
    let of_metric = |column: &str| {
        let cases = STREAM_FIGURES.map(|figure| format!("WHEN '{figure}' THEN {column}_{figure}"));
        format!("CASE metric {} END AS {column}", cases.join(" "))
    };
    let columns = [
        "minutes",
        "mean_rest",
        "mean_qss",
        "mean_difference",
        "mean_abs_difference",
        "max_abs_difference",
    ];
    let metrics = STREAM_FIGURES.map(|figure| format!("('{figure}')")).join(", ");
    format!(
        "SELECT * FROM (\
           SELECT account, day, stream, metric, {} FROM (\
             SELECT r.account AS account, CAST(date_trunc('day', r.ts) AS DATE) AS day, \
               r.stream AS stream, {} \
             FROM ({rest}) r JOIN ({qss}) q ON r.account = q.account AND r.meeting_uuid = q.meeting_uuid \
               AND r.user_id = q.user_id AND r.ts = q.ts AND r.stream = q.stream \
             GROUP BY r.account, CAST(date_trunc('day', r.ts) AS DATE), r.stream\
           ) CROSS JOIN (VALUES {metrics}) AS metrics(metric)\
         ) WHERE minutes > 0",
        columns.map(of_metric).join(", "),
        sums.join(", ")
    )
}

/// The columns of a table's files; the day stands in their path.
pub(crate) fn schema(table: &Table) -> SchemaRef {
    let columns = table.columns.iter().chain([&REVISION]);
    Arc::new(Schema::new(columns.map(field).collect::<Vec<_>>()))
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Text | Kind::Term => DataType::Utf8View,
        Kind::Texts => DataType::List(Arc::new(Field::new("element", DataType::Utf8View, true))),
        Kind::Integer => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Day => DataType::Date32,
    };
    Field::new(column.name, kind, !column.is_required)
}
