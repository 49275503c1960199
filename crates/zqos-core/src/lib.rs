//! zqos-core.
