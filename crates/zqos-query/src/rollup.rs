//! Rollups: made of a day's samples, and made anew when these are others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use zqos_core::rollup::{HISTOGRAMS, Histogram, ROLLUP_HOURLY, ROLLUP_VERSION};
use zqos_core::table::{DAY, PARTICIPANTS, STREAM_SAMPLES};
use zqos_store::{DataFile, Location, Store};

use crate::archive::{Archive, Limits, QueryError};
use crate::days::{day_before, fingerprint, stale};
use crate::views::{latest, merged};

/// What stands for the network of an address of which Zoom keeps a part to itself.
const MASKED: &str = "masked";

/// Makes the rollups of each day anew whose samples, or the participants that they belong to, are not those
/// that its rollups were made of. Returns these days, in order.
///
/// A sample's participant is looked for among those that joined on its day or on the one before.
///
/// **Errors**: days before the one that failed are done, and stay so.
pub async fn refresh_rollups(
    store: &mut Store,
    at: impl Into<Location>,
    limits: Limits,
) -> Result<Vec<String>, QueryError> {
    let archive = Archive::open(Some(at.into()), limits).await?;
    let Some(snapshot) = archive.snapshot() else { return Ok(Vec::new()) };
    let stale = stale(snapshot, &STREAM_SAMPLES, &ROLLUP_HOURLY, |day, files| {
        made_of(day, files(&STREAM_SAMPLES), files(&PARTICIPANTS))
    });
    for (day, fingerprint) in &stale {
        let rows = match fingerprint {
            Some(_) => {
                let has_several = has_several_origins(&archive, day).await?;
                archive.query(&query(day, has_several)).await?.try_collect().await?
            }
            None => Vec::new(),
        };
        let tag = fingerprint.as_deref().unwrap_or_default();
        store.replace_day(&ROLLUP_HOURLY, day, &rows, tag).await?;
    }
    Ok(stale.into_iter().map(|(day, _)| day).collect())
}

/// What the rollups of a day are made of; `None` when that is nothing.
fn made_of(day: &str, samples: &[DataFile], participants: &[DataFile]) -> Option<String> {
    let before = day_before(day);
    let near: Vec<&str> = before.iter().map(String::as_str).chain([day]).collect();
    let of_day: Vec<&DataFile> = samples.iter().filter(|file| file.day == day).collect();
    if of_day.is_empty() {
        return None;
    }
    let participants = participants.iter().filter(|file| near.contains(&&*file.day));
    let mut salt = Sha256::new();
    salt.update(ROLLUP_VERSION.to_le_bytes());
    Some(fingerprint(salt, &[of_day, participants.collect()]))
}

/// True for a day of which samples came by several ways. As a rule they did not, and nothing need be sorted.
async fn has_several_origins(archive: &Archive, day: &str) -> Result<bool, QueryError> {
    let origins = format!(
        "SELECT DISTINCT origin FROM stored.{} WHERE {} = DATE '{day}'",
        STREAM_SAMPLES.name, DAY.name
    );
    let origins: Vec<RecordBatch> = archive.query(&origins).await?.try_collect().await?;
    Ok(origins.iter().map(RecordBatch::num_rows).sum::<usize>() > 1)
}

/// The rollups of a day, from its samples; of a minute that came by several ways from one of them.
fn query(day: &str, has_several_origins: bool) -> String {
    let figures = HISTOGRAMS.map(|histogram| histogram.figure);
    let samples = ["account", "meeting_uuid", "user_id", "stream", "ts", "origin"];
    let samples = samples.into_iter().chain(figures);
    let mut samples = latest(&STREAM_SAMPLES, samples, &format!("{} = DATE '{day}'", DAY.name));
    if has_several_origins {
        samples = merged(&format!("({samples})"), &figures);
    }
    let of_participants = ["location", "network_type", "data_center", "version"];
    let participants = ["account", "meeting_uuid", "user_id", "ip_address"];
    let near = format!("{0} IN (DATE '{day}' - INTERVAL '1 day', DATE '{day}')", DAY.name);
    let participants =
        latest(&PARTICIPANTS, participants.into_iter().chain(of_participants), &near);
    let groups = format!(
        "s.account AS account, date_trunc('hour', s.ts) AS hour, s.stream AS stream, \
         egress_prefix(p.ip_address) AS egress_prefix, {}",
        of_participants.map(|name| format!("p.{name} AS {name}")).join(", ")
    );
    let shared = format!("egress_prefix, {}", of_participants.join(", "));
    let histograms = HISTOGRAMS.map(counts).join(", ");
    format!(
        "SELECT *, row_number() OVER (PARTITION BY account, hour, stream ORDER BY {shared}) AS part \
         FROM (\
           SELECT account, hour, stream, {shared}, count(*) AS n, {histograms} \
           FROM (\
             SELECT {groups}, {} FROM ({samples}) s \
             LEFT JOIN ({participants}) p \
               ON s.account = p.account AND s.meeting_uuid = p.meeting_uuid AND s.user_id = p.user_id\
           ) GROUP BY account, hour, stream, {shared}\
         )",
        figures.map(|figure| format!("s.{figure} AS {figure}")).join(", ")
    )
}

/// The columns of a histogram.
fn counts(histogram: Histogram) -> String {
    let Histogram { figure, bounds, counts, n, sum, min, max } = histogram;
    let below = bounds.iter().map(|bound| format!("{figure} <= {bound:?}"));
    let above = bounds.iter().map(|bound| format!("{figure} > {bound:?}"));
    let below: Vec<String> = below.chain(["true".to_owned()]).collect();
    let above: Vec<String> = ["true".to_owned()].into_iter().chain(above).collect();
    let counts = counts.iter().zip(above.iter().zip(&below)).map(|(name, (above, below))| {
        format!("count({figure}) FILTER (WHERE {above} AND {below}) AS {name}")
    });
    format!(
        "count({figure}) AS {n}, sum({figure}) AS {sum}, min({figure}) AS {min}, \
         max({figure}) AS {max}, {}",
        counts.collect::<Vec<_>>().join(", ")
    )
}

/// Registers the function `egress_prefix`, which makes a network of an address.
pub(crate) fn register(context: &SessionContext) {
    let function = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let addresses = arrays[0].as_string_view();
        let prefixes: StringViewArray =
            addresses.iter().map(|address| address.and_then(egress_prefix)).collect();
        Ok(ColumnarValue::Array(Arc::new(prefixes) as ArrayRef))
    };
    context.register_udf(create_udf(
        "egress_prefix",
        vec![DataType::Utf8View],
        DataType::Utf8View,
        Volatility::Immutable,
        Arc::new(function),
    ));
}

/// The network that an address is seen from: /24 of IPv4, /48 of IPv6, which are the least that a site is
/// given as a rule, and no person.
///
/// **Missing**: `None` for what is no address; [`MASKED`] where Zoom hides a part of it.
fn egress_prefix(address: &str) -> Option<String> {
    if address.contains('*') {
        return Some(MASKED.to_owned());
    }
    let address: IpAddr = address.trim().parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_network_and_hides_no_mask() {
        let shown = |address: &str| egress_prefix(address);
        assert_eq!(shown("203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(shown("2001:db8:7:8::9").as_deref(), Some("2001:db8:7::/48"));
        assert_eq!(shown("::ffff:203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(shown("31.44.*.*").as_deref(), Some("masked"));
        assert_eq!(shown("unknown"), None);
        assert_eq!(shown(""), None);
    }

    #[test]
    fn a_fingerprint_is_of_what_counts_and_nothing_else() {
        let file = |day: &str, path: &str| DataFile {
            path: path.to_owned(),
            day: day.to_owned(),
            size: 1,
            rows: 1,
            revision: 1,
        };
        let samples = [file("2026-11-20", "a"), file("2026-11-21", "b")];
        let participants = [file("2026-11-19", "c"), file("2026-11-20", "d")];
        let of = |samples: &[DataFile], participants: &[DataFile]| {
            made_of("2026-11-20", samples, participants)
        };
        let first = of(&samples, &participants);
        assert!(first.as_ref().is_some_and(|tag| tag.len() == 32));
        assert_eq!(of(&samples[..1], &participants), first);
        assert_ne!(of(&samples, &participants[..1]), first);
        assert_ne!(of(&samples, &participants[1..]), first);
        assert_eq!(of(&samples[1..], &participants), None);
        let others = [participants[0].clone(), participants[1].clone(), file("2026-11-18", "e")];
        assert_eq!(of(&samples, &others), first);
    }
}
