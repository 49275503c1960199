//! The long tier of the store's tests: what CI does a little of, until the time is over.

use std::{
    process::{self, Command},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    kills,
    process::{loudly, quietly},
    step,
    store::{Saved, Store, emptied, save_a_day},
    workspace::Workspace,
    zqos::Zqos,
};

/// How long it takes unless it is told.
pub(crate) const MINUTES: u64 = 60;
/// So many kills, at most.
const KILLS: u32 = 1_000;
/// So many cases of each test between two looks at the clock.
const CASES: u32 = 250;
/// The tests that are about chance.
const TESTS: [&str; 4] = [
    "a_store_agrees_with_a_map",
    "what_is_acknowledged_is_there_after_every_crash",
    "what_is_damaged_is_told_with_its_name",
    "on_a_full_disk_what_was_acknowledged_is_committed_and_the_rest_is_refused",
];

/// Fills a disk, kills imports for half of the time, and receivers, pushes a company badly, and runs tests with other
/// seeds for the rest.
pub(crate) fn run(minutes: u64, workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    let is_over = |part: u64| start.elapsed() > Duration::from_secs(minutes * 60 / part);
    let zqos = Zqos::debug(workspace)?;
    fill_a_disk(&zqos, workspace)?;

    let (mut killed, mut seed) = (0, process::id());
    while cfg!(unix) && killed < KILLS && !is_over(2) {
        killed += kills::round(&zqos, workspace, seed)?;
        eprintln!("{killed} imports were killed, the last with seed {seed}");
        seed += 1;
    }

    kill_receivers(minutes, seed, workspace)?;
    push_a_company(minutes, seed, workspace)?;

    let mut rounds = 0;
    while rounds == 0 || !is_over(1) {
        for test in TESTS {
            let settings = [("ZQOS_CASES", CASES), ("PROPTEST_RNG_SEED", seed)];
            let mut cargo = workspace.cargo();
            cargo.args(["test", "--workspace", "--lib", "--quiet", test]);
            // For the quick ones.
            cargo.env("PROPTEST_CASES", (20 * CASES).to_string());
            quietly(cargo.envs(settings.map(|(name, value)| (name, value.to_string()))))
                .with_context(|| {
                    let [cases, seed] = settings.map(|(name, value)| format!("{name}={value}"));
                    format!("again: {cases} {seed} cargo test --package zqos-store --lib {test}")
                })?;
        }
        rounds += 1;
        eprintln!("{} cases of {} tests, the last with seed {seed}", rounds * CASES, TESTS.len());
        seed += 1;
    }
    eprintln!("{killed} kills and {} cases in {} s", rounds * CASES, start.elapsed().as_secs());
    Ok(())
}

/// Kills receivers while events are posted to them: a thousand times where there is an hour.
fn kill_receivers(minutes: u64, seed: u32, workspace: &Workspace) -> Result<()> {
    let kills = (minutes * u64::from(KILLS) / MINUTES).clamp(50, KILLS.into());
    let settings = [("ZQOS_KILLS", kills), ("ZQOS_SEED", seed.into())];
    long_test("receive", "what_was_answered_with_200_outlives_any_kill", &settings, workspace)?;
    eprintln!("{kills} receivers were killed, with seed {seed}");
    Ok(())
}

/// Pushes days of a company of 2,000 people badly, to receivers that are killed, and has reports make them whole: a
/// week where there are some hours.
fn push_a_company(minutes: u64, seed: u32, workspace: &Workspace) -> Result<()> {
    const TEST: &str = "half_of_a_company_that_is_pushed_badly_is_made_whole_by_reports";
    let days = (minutes / 30).clamp(1, 7);
    let settings = [
        ("ZQOS_PUSHED_PEOPLE", 2_000),
        ("ZQOS_PUSHED_DAYS", days),
        ("ZQOS_PUSHED_SEED", seed.into()),
    ];
    long_test("collect", TEST, &settings, workspace)?;
    eprintln!("{days} days of 2,000 people were pushed badly and made whole, with seed {seed}");
    Ok(())
}

/// Runs one test of the program for longer than CI does, as settings say.
fn long_test(
    target: &str,
    test: &str,
    settings: &[(&str, u64)],
    workspace: &Workspace,
) -> Result<()> {
    let settings = settings.iter().map(|(name, value)| (*name, value.to_string()));
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--test", target, "--quiet", test]).envs(settings.clone());
    quietly(&mut cargo)
        .with_context(|| {
            let settings = settings.map(|(name, value)| format!("{name}={value} "));
            let settings: String = settings.collect();
            format!("again: {settings}cargo test --workspace --test {target} {test}")
        })
        .map(drop)
}

/// Imports into a file system of 80 MiB until it is full, makes room, and goes on.
const FULL: &str = r#"
mount -t tmpfs -o size=80m tmpfs "$FOLDER"
count=0
while "$@" --account "account-$count" 2> "$FOLDER.said"; do
    count=$((count + 1))
    # Fills it sooner.
    head -c 2000000 /dev/zero > "$FOLDER/filler-$count" 2> /dev/null || true
    test $count -lt 200
done
grep -q 'the disk is full' "$FOLDER.said"
# What was acknowledged is in the tables, though nothing else fits.
"$ZQOS" store verify --store "$FOLDER/store"
accounts() {
    "$ZQOS" sql 'SELECT count(DISTINCT account) AS n FROM stream_samples' \
        --store "$FOLDER/store" --format csv | tail -n 1
}
test "$(accounts)" -ge $count
rm "$FOLDER"/filler-*
"$@" --account "account-$count"
test "$(accounts)" -eq $((count + 1))
"$ZQOS" store verify --store "$FOLDER/store"
"#;

/// On a real file system that is full, what was acknowledged is kept, and rows come in again when
/// there is room.
fn fill_a_disk(zqos: &Zqos, workspace: &Workspace) -> Result<()> {
    const MOUNTS: &str = "unshare --user --map-root-user --mount true";
    if !step::is_met(MOUNTS) {
        eprintln!("SKIPPED full disk: this user may not mount");
        return Ok(());
    }
    let folder = emptied(workspace.target.join("full-disk"))?;
    let saved: Vec<Saved> = save_a_day(zqos, &folder)?;
    let disk = emptied(folder.join("disk"))?;
    let saved = saved.last().context("there was no meeting")?;
    let import = Store::new(zqos, disk.join("store")).import("", saved);
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-ec", FULL, "sh"]);
    // The account comes last.
    let arguments: Vec<_> = import.get_args().collect();
    let account = arguments.iter().position(|argument| *argument == "--account");
    let account = account.context("an import is for an account")?;
    shell.arg(zqos.path()).args(&arguments[..account]).args(&arguments[account + 2..]);
    shell.env("FOLDER", &disk).env("ZQOS", zqos.path());
    loudly(&mut shell).context("on a full disk")?;
    ensure!(disk.read_dir()?.next().is_none(), "nothing was mounted");
    Ok(())
}
