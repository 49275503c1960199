//! Events that are pushed: read as far as that can be done for each by itself.

use std::borrow::Cow;
use std::sync::Arc;

use zoom_wire::document::DocumentKind;
use zoom_wire::event::{Event, EventRecords};
use zoom_wire::privacy::{Dropped, Policy};

use crate::{Reason, Sites, decode, unreadable};

/// Why no rows are made of an event that says nothing wrong.
const OF_NO_USE: &str = "an event that no rows are made of";

/// Reads events that are pushed to an account. Its clones are cheap, and read at the same time.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// What of people is kept; `None` for everything.
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) map: Option<Arc<dyn Sites>>,
}

/// An event that was read. What of people is not to be kept is not in it.
#[derive(Debug)]
pub struct ReadEvent {
    pub(crate) text: String,
    pub(crate) name: String,
    /// What it says, which is something; or why no rows are made of it.
    pub(crate) told: Result<EventRecords, Reason>,
}

impl Reader {
    /// A reader that keeps what a policy lets it, or everything, and looks up sites, or none.
    pub fn new(policy: Option<Arc<Policy>>, map: Option<Arc<dyn Sites>>) -> Self {
        Self { policy, map }
    }

    /// Reads an event. Of a text that can't be read nobody knows what of people is in it: where the policy
    /// does not keep everything, its length alone is kept.
    pub fn read(&self, body: &[u8]) -> ReadEvent {
        let unread = |text: &dyn Fn() -> String, reason| ReadEvent {
            text: if self.policy.is_none() { text() } else { format!("{} bytes", body.len()) },
            name: String::new(),
            told: Err(reason),
        };
        let Ok(text) = std::str::from_utf8(body) else {
            return unread(&|| body.escape_ascii().to_string(), "the text is not UTF-8".into());
        };
        let redacted = match &self.policy {
            None => Ok(Cow::Borrowed(text)),
            Some(policy) => policy
                .redact(text, DocumentKind::Event, &mut Dropped::default())
                .map(Cow::Owned)
                .map_err(|error| unreadable(&error)),
        };
        let read = redacted.and_then(|kept| records_of(&kept).map(|read| (kept, read)));
        let (kept, (name, mut told)) = match read {
            Ok(read) => read,
            Err(reason) => return unread(&|| text.to_owned(), reason),
        };
        if let (Some(map), Ok(records)) = (&self.map, &mut told) {
            locate(&**map, records, text, matches!(kept, Cow::Owned(_)));
        }
        ReadEvent { text: kept.into_owned(), name, told }
    }
}

impl ReadEvent {
    /// How long the text is that is kept of it, in bytes.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The same, as one that nobody vouches for: it is kept as a dead letter.
    #[must_use]
    pub fn untrusted(self) -> Self {
        Self { told: Err("it is not signed with a secret of the account's".into()), ..self }
    }
}

/// The name of an event, and what it says.
///
/// **Errors**: what can't be read at all.
fn records_of(text: &str) -> Result<(String, Result<EventRecords, Reason>), Reason> {
    let event: Event<'_> = decode(text)?;
    let name = event.event.get().unwrap_or_default().into_owned();
    if event.kind().is_none() {
        return Ok((name, Err(OF_NO_USE.into())));
    }
    let told = event.records().map_err(Reason::from).and_then(|mut records| {
        if !records.is_empty() {
            return Ok(records);
        }
        let wrong = records.invalid.drain(..).next();
        Err(wrong.map_or_else(|| OF_NO_USE.into(), Reason::from))
    });
    Ok((name, told))
}

/// Says of everybody in an event from which site. Addresses are looked at as they came: they may be gone
/// from what is kept.
fn locate(map: &dyn Sites, records: &mut EventRecords, came: &str, is_redacted: bool) {
    let as_came = if is_redacted { records_of(came).ok() } else { None };
    let as_came = as_came.and_then(|(_, told)| told.ok());
    let sites: Vec<Option<String>> = (as_came.as_ref().unwrap_or(records).participants.iter())
        .map(|told| {
            let who = &told.participant;
            let internal: Vec<&str> =
                who.internal_ip_addresses.iter().map(String::as_str).collect();
            map.site_of(who.ip_address.as_deref(), &internal).map(str::to_owned)
        })
        .collect();
    for (told, site) in records.participants.iter_mut().zip(sites) {
        told.participant.site = site;
    }
}
