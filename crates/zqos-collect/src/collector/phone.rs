//! Calls of Zoom Phone: their lists, and what both sides of each measured.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use zoom_dashboard::Error;
use zoom_wire::phone::{CallLogsPage, GetCallQos};
use zoom_wire::{ForAccount, Row};
use zqos_core::{Origin, Timestamp};
use zqos_intake::Source;

use super::{CollectError, Collector, Ended, FAILURES, Halt, OPENED, WALKS, take};
use crate::owed::{self, ListKind};
use crate::phone::{self, OwedCall};
use crate::progress::Progress;
use crate::tally::Why;

impl Collector {
    /// Collects the calls that began in a range, part after part, where calls are to be collected. Whoever may
    /// not see them has meetings all the same: what Zoom says then is told, and is no error.
    pub(super) async fn phone_in_parts(
        &self,
        range: &Range<Timestamp>,
        waits: bool,
    ) -> Result<Ended, CollectError> {
        let mut ended = Ended::default();
        if !self.settings.phone {
            return Ok(ended);
        }
        self.count_earlier_calls().await?;
        let oldest = owed::oldest_listed(self.clock.now());
        for part in owed::parts(&(range.start.max(oldest)..range.end)) {
            while let Err(halt) = self.calls_of(&part).await {
                match halt {
                    Halt::Quota(until) if waits => {
                        let wait = until.since(self.clock.now()).unwrap_or_default();
                        tokio::time::sleep(wait + OPENED).await;
                    }
                    Halt::Quota(until) => {
                        ended.quota_until = Some(until);
                        return Ok(ended);
                    }
                    Halt::Missing(_, error) | Halt::Broken(CollectError::Zoom(error)) => {
                        ended.phone = Some(error);
                        return Ok(ended);
                    }
                    Halt::Broken(error) => return Err(error),
                }
            }
        }
        Ok(ended)
    }

    /// Lists the calls that began in a range, and fetches what is owed of them.
    async fn calls_of(&self, range: &Range<Timestamp>) -> Result<(), Halt> {
        let (known, now) = (self.known(range).await?, self.clock.now());
        for list in owed::lists(&known, &[ListKind::Calls], range, now, now) {
            self.list(&list, &Arc::default()).await?;
        }
        let owed = phone::calls(&self.known(range).await?, range, self.clock.now());
        Progress::add(&self.progress.phone_owed, owed.len() as u64);
        let mut fetched = stream::iter(owed).map(|call| self.call(call)).buffer_unordered(WALKS);
        let mut failures = 0;
        while let Some(outcome) = fetched.next().await {
            match outcome? {
                None => failures = 0,
                Some(error) => {
                    failures += 1;
                    if failures == FAILURES {
                        return Err(error.into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Fetches what both sides of a call measured, and keeps it with what is known of the call then. What failed
    /// for no reason of its own is told.
    async fn call(&self, call: OwedCall) -> Result<Option<Error>, Halt> {
        let mut intake = self.intake();
        let (came, failed) = match self.measurements(&call).await {
            Ok((body, figures)) => {
                let call_start = Some(call.start);
                let source = Source { origin: Origin::RestPast, meeting: None, call_start };
                take(&mut intake, &body, &source);
                (Ok(figures), None)
            }
            Err(Halt::Missing(why, error)) => (Err(why), (why == Why::Failed).then_some(error)),
            Err(halt) => return Err(halt),
        };
        let mut coverage = call.coverage(came, self.clock.now());
        coverage.invalid = Some(u32::try_from(intake.refused.len()).unwrap_or(u32::MAX));
        let mut rows = intake.take_rows();
        rows.coverage(&call.id, Origin::RestPast, call.start, &coverage);
        self.keep(rows).await?;
        Progress::add(&self.progress.phone_done, 1);
        Ok(failed)
    }

    /// What both sides of a call measured, as it came, and how many figures that are.
    async fn measurements(&self, call: &OwedCall) -> Result<(Bytes, usize), Halt> {
        let endpoint = GetCallQos::new(call.id.as_str());
        let endpoint = ForAccount::new(endpoint, self.settings.sub_account.clone());
        let answer = match self.client.send(&endpoint).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.halt(error, Some(call.end)).await),
        };
        let sides = match answer.decode() {
            Ok(qos) => qos.to_records().sides,
            Err(error) => {
                let error = answer.raw().undecodable(error);
                return Err(Halt::Missing(Why::Failed, error));
            }
        };
        self.meter.answered("phone-reports").await;
        let figures = sides.iter().map(|side| side.samples.len()).sum();
        Ok((answer.into_raw().body, figures))
    }
}

/// When the calls of a page began.
pub(super) fn starts(body: &[u8]) -> Vec<Timestamp> {
    let Ok(page) = zoom_wire::decode::<CallLogsPage<'_>>(body) else { return Vec::new() };
    let starts = page.call_logs.as_slice().iter().filter_map(|row| match row {
        Row::Object(call) => call.date_time.get(),
        Row::Other(_) => None,
    });
    starts.collect()
}
