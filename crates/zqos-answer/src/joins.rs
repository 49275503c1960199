//! Joins with what was found of them: what overviews, lists and maps of the week are made of.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use zqos_core::Timestamp;
use zqos_core::table::VERDICTS;
use zqos_query::{Archive, QueryError, quoted};

use crate::PERSON;
use crate::cells::{Cells, Read, each};
use crate::eyes::{Eyes, Veil};

/// One medium of a join that has a verdict.
#[derive(Debug, Clone)]
pub struct JudgedJoin {
    /// The account.
    pub account: Arc<str>,
    /// The meeting, by UUID.
    pub meeting_uuid: Arc<str>,
    /// The join in it.
    pub user_id: Arc<str>,
    /// Who it is; `None` where nobody can be told apart.
    pub person: Option<Arc<str>>,
    /// The name that was shown.
    pub name: Option<Arc<str>>,
    /// When it began.
    pub start: Timestamp,
    /// The site that was stored.
    pub site: Option<Arc<str>>,
    /// Zoom's word for the network.
    pub network_type: Option<Arc<str>>,
    /// The data centre.
    pub data_center: Option<Arc<str>>,
    /// The version of the client.
    pub version: Option<Arc<str>>,
    /// Where, in Zoom's words.
    pub location: Option<Arc<str>>,
    /// Whether the verdict is poor or bad.
    pub is_poor: bool,
    /// Judged minutes.
    pub minutes: u32,
    /// Poor and bad ones among them.
    pub poor_minutes: u32,
}

/// What joins can be told apart by, by the names of their columns.
pub const TRAITS: [&str; 5] = ["site", "network_type", "data_center", "version", "location"];

impl JudgedJoin {
    /// The value of one of [`TRAITS`]; `None` where it is not known, and for another name.
    pub fn value(&self, by: &str) -> Option<&Arc<str>> {
        match by {
            "site" => self.site.as_ref(),
            "network_type" => self.network_type.as_ref(),
            "data_center" => self.data_center.as_ref(),
            "version" => self.version.as_ref(),
            "location" => self.location.as_ref(),
            _ => None,
        }
    }
}

/// The same text once: joins share most of theirs.
#[derive(Debug, Default)]
struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}

/// Reads the joins of a range that have a verdict on a medium, by when they began.
///
/// **Errors**: those of [`Archive::query`].
pub async fn judged_joins(
    archive: &Archive,
    accounts: &[String],
    range: &Range<Timestamp>,
    medium: &str,
    eyes: Eyes,
) -> Result<Vec<JudgedJoin>, QueryError> {
    let accounts = accounts.iter().map(|account| quoted(account)).collect::<Vec<_>>().join(", ");
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let Range { start, end } = range;
    let sql = format!(
        "SELECT p.account, p.meeting_uuid, p.user_id, {PERSON}, \
           p.user_name, p.join_time, p.site, p.network_type, p.data_center, p.version, p.location, \
           v.verdict, v.minutes, v.poor_minutes \
         FROM (SELECT * FROM verdicts WHERE medium = {} AND verdict <> 'unclassified' AND user_id <> '*') v \
         JOIN participants p ON v.account = p.account AND v.meeting_uuid = p.meeting_uuid \
           AND v.user_id = p.user_id \
         WHERE p.account IN ({accounts}) AND p.join_time >= TIMESTAMP '{start}' \
           AND p.join_time < TIMESTAMP '{end}' \
         ORDER BY p.join_time, p.account, p.meeting_uuid, p.user_id",
        quoted(medium)
    );
    let mut kinds = [Read::Text; 14];
    for whole in [5, 12, 13] {
        kinds[whole] = Read::Whole;
    }
    let (mut texts, mut veil) = (Texts::default(), Veil::default());
    each(archive, &sql, &kinds, |cells: &Cells, row| {
        let mut text = |column| cells.text(column, row).map(|text| texts.of(text));
        let (person, name) = match eyes {
            Eyes::Open => (text(3), text(4)),
            Eyes::Veiled => (cells.text(3, row).map(|key| veil.person(key).into()), None),
        };
        Some(JudgedJoin {
            account: text(0)?,
            meeting_uuid: text(1)?,
            user_id: text(2)?,
            person,
            name,
            start: cells.instant(5, row)?,
            site: text(6),
            network_type: text(7),
            data_center: text(8),
            version: text(9),
            location: text(10),
            is_poor: matches!(cells.text(11, row), Some("poor" | "bad")),
            minutes: cells.count(12, row)?,
            poor_minutes: cells.count(13, row)?,
        })
    })
    .await
}

/// When the newest join with a verdict on its audio began; `None` without any.
///
/// **Errors**: those of [`Archive::query`].
pub async fn newest_join(
    archive: &Archive,
    accounts: &[String],
) -> Result<Option<Timestamp>, QueryError> {
    let accounts = accounts.iter().map(|account| quoted(account)).collect::<Vec<_>>().join(", ");
    if accounts.is_empty() {
        return Ok(None);
    }
    let tables = archive.snapshot().map(zqos_store::Snapshot::tables);
    let verdicts = tables.into_iter().flatten().find(|(table, _, _)| **table == VERDICTS);
    let days = verdicts.into_iter().flat_map(|(_, _, files)| files.iter().map(|file| &*file.day));
    let Some(newest) = days.max() else { return Ok(None) };
    // A meeting's verdicts are of the day on which it began; whoever joined late did so on the next.
    let sql = format!(
        "SELECT max(p.join_time) FROM participants p JOIN verdicts v ON v.account = p.account \
           AND v.meeting_uuid = p.meeting_uuid AND v.user_id = p.user_id AND v.medium = 'audio' \
         WHERE p.account IN ({accounts}) AND p.join_time >= TIMESTAMP '{newest}T00:00:00Z' - INTERVAL '1 day'"
    );
    let found = each(archive, &sql, &[Read::Whole], |cells, row| cells.instant(0, row)).await?;
    Ok(found.into_iter().next())
}
