//! The client as its callers see it.
