//! Names of columns, as every table, line format and file spells them.
//!
//! A unit is in the name where a type can't go: `_kbps`, `_ms`, `_pct`, `_px`, `_fps`, `_dbm`.

/// What leads every line of a report: which participant, when, and which stream. The lines of a
/// device have [`DEVICE`] as their stream.
pub const SAMPLE_KEY: [&str; 5] = ["meeting_uuid", "user_id", "user_name", "ts", "stream"];

/// The figures of a stream sample.
pub const STREAM_FIGURES: [&str; 8] = [
    "bitrate_kbps",
    "latency_ms",
    "jitter_ms",
    "avg_loss_pct",
    "max_loss_pct",
    "width_px",
    "height_px",
    "frame_rate_fps",
];

/// The figures of a device sample.
pub const DEVICE_FIGURES: [&str; 10] = [
    "zoom_min_cpu_pct",
    "zoom_avg_cpu_pct",
    "zoom_max_cpu_pct",
    "system_max_cpu_pct",
    "min_pressure",
    "avg_pressure",
    "max_pressure",
    "min_rssi_dbm",
    "avg_rssi_dbm",
    "max_rssi_dbm",
];

/// The figures of a whole join's summary of one stream.
pub const SUMMARY_FIGURES: [&str; 17] = [
    "min_bitrate_kbps",
    "avg_bitrate_kbps",
    "max_bitrate_kbps",
    "min_latency_ms",
    "avg_latency_ms",
    "max_latency_ms",
    "min_jitter_ms",
    "avg_jitter_ms",
    "max_jitter_ms",
    "min_loss_pct",
    "avg_loss_pct",
    "max_loss_pct",
    "width_px",
    "height_px",
    "min_frame_rate_fps",
    "avg_frame_rate_fps",
    "max_frame_rate_fps",
];

/// What stands in the column `stream` of a device sample, or of a device's summary.
pub const DEVICE: &str = "device";
