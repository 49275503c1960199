//! zqos-replay.
