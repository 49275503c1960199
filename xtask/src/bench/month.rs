//! A month of a company of 2,000 people in a store, for measuring how it is asked.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    process::quietly,
    store::{Store, emptied},
    workspace::Workspace,
    zqos::Zqos,
};

/// How many stream samples there are at least, and how many people the company has.
const SAMPLES: &str = "10000000";
const PEOPLE: &str = "2000";
/// Of which days the texts of reports are kept: it takes minutes to make those of a week small.
const TEXTS: &str = "raw-of-5-days";
/// The UUID of a meeting of 1,000 people for two hours that is there besides.
pub(super) const HALL: &str = "hallhallhallhallhallhg==";

/// The store, sealed. It is made once for each build of what makes it, as sealing takes some minutes; nobody changes
/// its tables.
pub(super) fn store<'z>(zqos: &'z Zqos, workspace: &Workspace) -> Result<Store<'z>> {
    let folder = workspace.target.join("bench-month");
    let (made, maker) = (folder.join("made"), zqos.example("fill_store"));
    let store = Store::new(zqos, folder.join("store"));
    let changed = |path: &std::path::Path| fs::metadata(path).and_then(|known| known.modified());
    let is_made = changed(&made).is_ok_and(|made| changed(&maker).is_ok_and(|maker| maker < made));
    if is_made {
        println!("  the store of a month is there from before");
        return Ok(store);
    }
    emptied(folder)?;
    let mut fill = Command::new(maker);
    let filled = quietly(fill.arg(store.folder()).args([SAMPLES, PEOPLE, TEXTS, "hall"]))?;
    print!("  {}", String::from_utf8_lossy(&filled));
    store.compact()?;
    fs::write(&made, []).with_context(|| format!("cannot write `{}`", made.display()))?;
    Ok(store)
}
