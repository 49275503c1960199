//! zoom-dashboard.
