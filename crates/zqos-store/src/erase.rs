//! Erasure of a person, and of days.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use zqos_core::Timestamp;
use zqos_core::table::{HOST, Kind, TABLES, Table};

use crate::cell::{Joins, Texts};
use crate::delta::{Cause, Change, DataFile, TableLog as _};
use crate::door;
use crate::file::FileWriter;
use crate::layout;
use crate::log::Log;
use crate::read;
use crate::replacing::Replacing;
use crate::store::{Store, StoreError, wait};
use crate::tombstone::{self, Identity, Pending};

/// What an erasure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many joins of the person were found.
    pub joins: usize,
    /// How many rows were erased, of all tables.
    pub rows: u64,
    /// How many files were written anew or removed.
    pub files: usize,
    /// What may still hold something of the person: files below the store's folder. Empty when the
    /// erasure is complete.
    pub remains: Vec<String>,
}

/// Somebody, by all that he is known by in one account.
type Identities = BTreeSet<Identity>;

impl Store {
    /// Erases a person: whoever has one of these as e-mail address, as id of an account user, or as name;
    /// several where the same person has pseudonyms, too. In one account, or in all.
    ///
    /// Rows of the person's joins go, of all tables; of meetings that he hosted the text, the host and the topic.
    /// Files that had any of it are removed. Tombstones stay, by which rows of the same person are kept
    /// out when they come again.
    ///
    /// **Errors**: [`StoreError::Nobody`]; [`StoreError::Ambiguous`] when it is a name that several
    /// people have.
    pub async fn forget(
        &mut self,
        account: Option<&str>,
        person: &[String],
    ) -> Result<Erased, StoreError> {
        let mut replacing = self.begin_replacing().await?;
        let _loan = self.reserve.lend();
        let erased = self.forget_alone(account, person, &mut replacing).await;
        self.end_replacing(replacing, erased).await
    }

    async fn forget_alone(
        &mut self,
        account: Option<&str>,
        person: &[String],
        replacing: &mut Replacing,
    ) -> Result<Erased, StoreError> {
        self.commit_all().await?;
        let mut erased = Erased::default();
        let mut people = self.identify(account, person).await?;
        if people.is_empty() {
            // What was begun is ended, also when nothing tells any more who it was.
            people = self.known_already(account, person);
        }
        if people.is_empty() {
            return Err(StoreError::Nobody);
        }
        {
            let alone = wait(&self.disk, |disk| disk.wait_for_lock(tombstone::LOCK)).await?;
            for (account, identities) in &people {
                let identities: Vec<_> = identities.iter().cloned().collect();
                let added = self.tombstones.add(account, &identities, &alone);
                added.map_err(StoreError::Folder)?;
            }
        }
        erased.joins = people
            .values()
            .flatten()
            .filter(|identity| matches!(identity, Identity::Join(_, who) if who != HOST))
            .count();
        let pending = self.tombstones.pending();
        let told: Vec<String> = people.values().flatten().filter_map(told).collect();
        for place in 0..TABLES.len() {
            self.erase_from(place, &told, replacing, &mut erased).await?;
        }
        erased.files += self.vacuum(replacing, false).await?;
        self.find_remains(&told, &mut erased).await?;
        if erased.remains.is_empty() {
            self.settle(pending).await?;
        }
        self.door.clear();
        Ok(erased)
    }

    /// Ends erasures that were begun, and erases what had come of joins before a row told whose they are.
    pub(crate) async fn end_erasures(
        &mut self,
        replacing: &mut Replacing,
    ) -> Result<(), StoreError> {
        self.tombstones.refresh().map_err(StoreError::Folder)?;
        let pending = self.tombstones.pending();
        if pending.is_empty() {
            return Ok(());
        }
        let mut erased = Erased::default();
        for place in 0..TABLES.len() {
            self.erase_from(place, &[], replacing, &mut erased).await?;
        }
        self.vacuum(replacing, false).await?;
        self.find_remains(&[], &mut erased).await?;
        if erased.remains.is_empty() { self.settle(pending).await } else { Ok(()) }
    }

    /// Takes note that nothing remains of whoever was to be erased.
    async fn settle(&mut self, pending: Pending) -> Result<(), StoreError> {
        let alone = wait(&self.disk, |disk| disk.wait_for_lock(tombstone::LOCK)).await?;
        self.tombstones.settle(pending, &alone).map_err(StoreError::Folder)
    }

    /// By what the person is known, in each account: what rows of participants and of hosts tell.
    async fn identify(
        &mut self,
        account: Option<&str>,
        person: &[String],
    ) -> Result<BTreeMap<String, Identities>, StoreError> {
        let mut people = BTreeMap::<String, Identities>::new();
        let named = names(person);
        // What one row tells may lead to others.
        let mut is_first = true;
        loop {
            let mut grown = false;
            for (place, table) in TABLES.into_iter().enumerate() {
                if !table.columns.iter().any(|column| door::IDENTITIES.contains(&column.name)) {
                    continue;
                }
                self.tables[place].refresh().await.map_err(StoreError::table(table))?;
                for file in self.tables[place].files().map_err(StoreError::table(table))? {
                    self.each(table, &file, &IDENTIFYING, |rows| {
                        for_each_person(rows, |of, identities, join| {
                            if account.is_some_and(|account| account != of) {
                                return;
                            }
                            let known = people.get(of);
                            let is_known = identities.iter().any(|identity| {
                                is_first && named.contains(identity)
                                    || !matches!(identity, Identity::Name(_))
                                        && known.is_some_and(|known| known.contains(identity))
                            });
                            if is_known {
                                let known = people.entry(of.to_owned()).or_default();
                                let before = known.len();
                                known.extend(identities.into_iter().chain(join));
                                grown |= known.len() > before;
                            }
                        });
                        Ok(())
                    })?;
                }
            }
            if is_first {
                distinct(&people)?;
            }
            is_first = false;
            if !grown {
                break;
            }
        }
        // A name alone is no tombstone for somebody who is known by more.
        for identities in people.values_mut() {
            let is_known_otherwise = identities
                .iter()
                .any(|known| matches!(known, Identity::Email(_) | Identity::Person(_)));
            if is_known_otherwise {
                identities.retain(|known| !matches!(known, Identity::Name(_)));
            }
        }
        Ok(people)
    }

    /// The person under whatever tombstone there is already.
    fn known_already(
        &self,
        account: Option<&str>,
        person: &[String],
    ) -> BTreeMap<String, Identities> {
        let accounts = match account {
            Some(account) => BTreeSet::from([account.to_owned()]),
            None => self.tombstones.accounts(),
        };
        let known = accounts.into_iter().filter_map(|account| {
            let named = names(person);
            let known = named.iter().find(|name| self.tombstones.has(&account, name))?;
            Some((account, Identities::from([known.clone()])))
        });
        known.collect()
    }

    /// Writes the files of a table anew that have rows under a tombstone, without those.
    async fn erase_from(
        &mut self,
        place: usize,
        told: &[String],
        replacing: &mut Replacing,
        erased: &mut Erased,
    ) -> Result<(), StoreError> {
        let table = TABLES[place];
        // Who commits after this reads the tombstones before.
        self.fence_anew(place, replacing).await?;
        let files = self.tables[place].files().map_err(StoreError::table(table))?;
        let mut change = Change { cause: Cause::Removal, ..Change::default() };
        for file in files {
            if !self.has_forgotten(table, &file, told)? {
                continue;
            }
            self.check_file(table, &file)?;
            self.revision += 1;
            let word = if file.is_sealed() { "sealed" } else { "merged" };
            let name = format!("{word}-{}-{}", self.revision, change.added.len());
            let mut writer: Option<FileWriter> = None;
            let path = format!("tables/{}/{}", table.name, file.path);
            let mut before = 0;
            for rows in read::rows(&self.home, &path).map_err(StoreError::Parquet)? {
                let rows = rows.map_err(StoreError::Rows)?;
                before += rows.num_rows() as u64;
                let rows = self.left(table, rows, told).map_err(StoreError::Rows)?;
                if rows.num_rows() == 0 {
                    continue;
                }
                if writer.is_none() {
                    let new = if file.is_sealed() {
                        FileWriter::sealed(table, rows.schema())
                    } else {
                        FileWriter::new(table, rows.schema())
                    };
                    writer = Some(new.map_err(StoreError::Parquet)?);
                }
                if let Some(writer) = &mut writer {
                    writer.write(&rows).map_err(StoreError::Parquet)?;
                }
            }
            let kept = writer.as_ref().map_or(0, FileWriter::rows);
            erased.rows += before - kept;
            if let Some(writer) = writer {
                change.added.push(self.put(table, &file.day, &name, writer).await?);
            }
            change.removed.push(file);
        }
        if change.removed.is_empty() {
            return Ok(());
        }
        self.commit_to(place, change).await
    }

    /// The rows that stay.
    fn left(
        &self,
        table: &Table,
        rows: RecordBatch,
        told: &[String],
    ) -> Result<RecordBatch, ArrowError> {
        let left = door::without_forgotten(&self.tombstones, table, &rows)?.unwrap_or(rows);
        let tells = tells(table, &left, told);
        if !tells.contains(&true) {
            return Ok(left);
        }
        let stays = tells.into_iter().map(|tells| Some(!tells)).collect::<BooleanArray>();
        filter_record_batch(&left, &stays)
    }

    /// True when a file has a row that is to be erased.
    fn has_forgotten(
        &self,
        table: &'static Table,
        file: &DataFile,
        told: &[String],
    ) -> Result<bool, StoreError> {
        let mut names = IDENTIFYING.to_vec();
        names.extend(quoting(table));
        let mut found = false;
        self.each(table, file, &names, |rows| {
            if !found {
                found = door::without_forgotten(&self.tombstones, table, rows)?.is_some()
                    || tells(table, rows, told).contains(&true);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Calls for the rows of a file, with some of their columns.
    fn each(
        &self,
        table: &'static Table,
        file: &DataFile,
        columns: &[&str],
        mut work: impl FnMut(&RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), StoreError> {
        let path = format!("tables/{}/{}", table.name, file.path);
        let columns: Vec<&str> =
            columns.iter().copied().filter(|name| table.column(name).is_some()).collect();
        for rows in read::columns(&self.home, &path, &columns).map_err(StoreError::Parquet)? {
            work(&rows.map_err(StoreError::Rows)?).map_err(StoreError::Rows)?;
        }
        Ok(())
    }

    /// Looks for what is left of the person.
    async fn find_remains(
        &mut self,
        told: &[String],
        erased: &mut Erased,
    ) -> Result<(), StoreError> {
        for (place, table) in TABLES.into_iter().enumerate() {
            self.tables[place].refresh().await.map_err(StoreError::table(table))?;
            for file in self.tables[place].files().map_err(StoreError::table(table))? {
                if self.has_forgotten(table, &file, told)? {
                    erased.remains.push(format!("tables/{}/{}", table.name, file.path));
                }
            }
        }
        let wal = &self.home.wal;
        for entry in self.disk.list(wal).map_err(StoreError::Folder)? {
            let writer = format!("{wal}/{}", entry.name);
            // What others have logged and not yet committed: they will leave the person out.
            if entry.is_dir && Log::is_left(&*self.disk, &writer)? {
                erased.remains.push(writer);
            }
        }
        Ok(())
    }

    /// Removes the days before one, of all tables. Returns how many rows went.
    ///
    /// **Errors**: [`StoreError::Clock`] when the clock can't be right.
    pub async fn expire(&mut self, before: Timestamp) -> Result<Erased, StoreError> {
        self.check_clock()?;
        let mut replacing = self.begin_replacing().await?;
        let _loan = self.reserve.lend();
        let erased = self.expire_alone(before, &mut replacing).await;
        self.end_replacing(replacing, erased).await
    }

    async fn expire_alone(
        &mut self,
        before: Timestamp,
        replacing: &mut Replacing,
    ) -> Result<Erased, StoreError> {
        self.commit_all().await?;
        let mut erased = Erased::default();
        for (place, table) in TABLES.into_iter().enumerate() {
            self.fence(place, replacing).await?;
            let mut removed = self.tables[place].files().map_err(StoreError::table(table))?;
            removed.retain(|file| {
                layout::day_end(&file.day).is_some_and(|end| end <= before.unix_millis())
            });
            if removed.is_empty() {
                continue;
            }
            erased.files += removed.len();
            erased.rows += removed.iter().map(|file| file.rows).sum::<u64>();
            let change = Change { removed, cause: Cause::Removal, ..Change::default() };
            self.commit_to(place, change).await?;
        }
        self.vacuum(replacing, false).await?;
        self.door.clear();
        Ok(erased)
    }
}

/// What texts may be that say who is meant.
fn names(person: &[String]) -> Vec<Identity> {
    let identities = person.iter().flat_map(|text| {
        [Identity::email(text), Identity::Person(text.clone()), Identity::Name(text.clone())]
    });
    identities.collect()
}

/// Columns that tell whose a row is.
const IDENTIFYING: [&str; 9] = [
    "account",
    "meeting_uuid",
    "user_id",
    "call_id",
    "side",
    "email",
    "host_email",
    "person_id",
    "user_name",
];

/// Columns of texts that may quote anything.
fn quoting(table: &Table) -> impl Iterator<Item = &'static str> + use<> {
    let columns = table
        .columns
        .iter()
        .filter(|column| column.kind == Kind::Text && matches!(column.name, "body" | "row"));
    columns.map(|column| column.name).collect::<Vec<_>>().into_iter()
}

/// Says of each row whether a text of it quotes one of those.
fn tells(table: &Table, rows: &RecordBatch, told: &[String]) -> Vec<bool> {
    let mut tells = vec![false; rows.num_rows()];
    for column in quoting(table) {
        let texts = Texts::new(rows, column);
        for (row, tells) in tells.iter_mut().enumerate() {
            if let Some(text) = texts.get(row) {
                let text = text.to_lowercase();
                *tells |= told.iter().any(|told| text.contains(told));
            }
        }
    }
    tells
}

/// What leads to somebody wherever it stands, in small letters and as JSON quotes it.
fn told(identity: &Identity) -> Option<String> {
    let text = match identity {
        Identity::Email(text) | Identity::Person(text) => text,
        Identity::Name(_) | Identity::Join(..) => return None,
    };
    let quoted = serde_json::to_string(&text.to_lowercase()).ok()?;
    Some(quoted.trim_matches('"').to_owned()).filter(|text| !text.is_empty())
}

/// Calls for each row with its account, by what whoever it is of is known, and the join.
fn for_each_person(
    rows: &RecordBatch,
    mut found: impl FnMut(&str, Vec<Identity>, Option<Identity>),
) {
    let texts = |column| Texts::new(rows, column);
    let (accounts, joins) = (texts("account"), Joins::with_hosts(rows));
    let known = door::IDENTITIES.map(|column| (column, texts(column)));
    let names = texts("user_name");
    for row in 0..rows.num_rows() {
        let Some(account) = accounts.get(row) else { continue };
        let mut identities: Vec<Identity> = known
            .iter()
            .filter_map(|(column, texts)| door::identity(column, texts.get(row)?))
            .collect();
        if let Some(name) = names.get(row) {
            identities.push(Identity::Name(name.to_owned()));
        }
        let join = joins.get(row).map(|(_, meeting, participant)| {
            Identity::Join(meeting.to_owned(), participant.to_owned())
        });
        found(account, identities, join);
    }
}

/// Refuses when people were found by a name that several have.
fn distinct(people: &BTreeMap<String, Identities>) -> Result<(), StoreError> {
    for identities in people.values() {
        let addresses =
            identities.iter().filter(|known| matches!(known, Identity::Email(_))).count();
        let ids = identities.iter().filter(|known| matches!(known, Identity::Person(_))).count();
        if addresses.max(ids) > 1 {
            return Err(StoreError::Ambiguous(addresses.max(ids)));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
