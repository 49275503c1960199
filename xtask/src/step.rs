//! Lists of checks: one line for each that holds, everything about one that does not.

use std::{
    env,
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Result, ensure};

use crate::{process, workspace::Workspace};

/// One check of a list.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Programs without which the step is skipped; cargo is there anyway. One with arguments, as
    /// `python3 -m ensurepip`, must also know them: Debian ships Python without some modules.
    pub(crate) needs: &'static [&'static str],
    pub(crate) run: fn(&Workspace) -> Result<()>,
}

/// Runs all steps, or those of these names, also after a failure, and fails if one of them did, or was skipped where
/// `CI` is `true`.
pub(crate) fn run(steps: &[Step], names: &[&str], workspace: &Workspace) -> Result<ExitCode> {
    for name in names {
        let known: Vec<&str> = steps.iter().map(|step| step.name).collect();
        ensure!(known.contains(name), "there is no step `{name}`: there are {}", known.join(", "));
    }
    let is_wanted = |step: &&Step| names.is_empty() || names.contains(&step.name);
    let steps: Vec<&Step> = steps.iter().filter(is_wanted).collect();
    let mut skipped = 0;
    let mut failed = 0;
    for &&Step { name, needs, run } in &steps {
        let missing: Vec<&str> = needs.iter().copied().filter(|need| !is_met(need)).collect();
        if !missing.is_empty() {
            skipped += 1;
            eprintln!("SKIPPED {name}: {} not found", missing.join(", "));
            continue;
        }
        let start = Instant::now();
        let outcome = run(workspace);
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(()) => eprintln!("ok      {name} ({seconds:.1} s)"),
            Err(error) => {
                failed += 1;
                eprintln!("FAILED  {name} ({seconds:.1} s)\n{error:#}");
            }
        }
    }
    eprintln!("{} steps, {failed} failed, {skipped} skipped", steps.len());
    let strict = env::var_os("CI").is_some_and(|value| value == "true");
    let is_bad = failed > 0 || (strict && skipped > 0);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// With arguments, the program is asked for its version.
pub(crate) fn is_met(need: &str) -> bool {
    let mut words = need.split(' ');
    let found = words.next().and_then(process::found);
    let mut arguments = words.peekable();
    found.is_some_and(|program| {
        arguments.peek().is_none()
            || process::quietly(Command::new(program).args(arguments).arg("--version")).is_ok()
    })
}
