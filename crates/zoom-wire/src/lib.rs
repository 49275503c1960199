//! zoom-wire.
