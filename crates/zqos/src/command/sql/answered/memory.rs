//! What a process may take.

/// Leaves no image of the process behind when it is ended by a signal: there are people's rows in it.
#[cfg(unix)]
pub(super) fn keep_no_image() {
    use nix::sys::resource::{Resource, setrlimit};

    if setrlimit(Resource::RLIMIT_CORE, 0, 0).is_err() {
        tracing::warn!("an image of the process may be kept when it is ended");
    }
}

/// Elsewhere there are none.
#[cfg(not(unix))]
pub(super) fn keep_no_image() {}

/// Gives the process so many bytes of memory beside those that it has by now, its threads' stacks among them. Whoever
/// asks for more gets none, which ends the process.
///
/// **Source**: setrlimit(2) on `RLIMIT_DATA`, which since Linux 4.7 counts private writable mappings, and proc(5) on
/// `VmData` in `status`, which has the same in KiB.
#[cfg(target_os = "linux")]
pub(super) fn limit(bytes: usize) {
    use nix::sys::resource::{Resource, setrlimit};

    let limited = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let data = status.lines().find_map(|line| line.strip_prefix("VmData:"))?;
        let kibibytes: u64 = data.trim().strip_suffix(" kB")?.parse().ok()?;
        let most = (kibibytes << 10).saturating_add(bytes as u64);
        setrlimit(Resource::RLIMIT_DATA, most, most).ok()
    };
    if limited().is_none() {
        tracing::warn!("the memory of the process can't be limited");
    }
}

/// Elsewhere the engine's own count is the only limit.
#[cfg(not(target_os = "linux"))]
pub(super) fn limit(_bytes: usize) {}
