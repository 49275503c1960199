//! What an archive can't do.

use std::io;

use arrow::error::ArrowError;
use parquet::errors::ParquetError;
use zqos_store::StoreError;

/// A store that can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// There is no store, or not one that this program knows, or its tables' logs can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of a table can't be opened. It may have been replaced and removed.
    #[error("a file of the store can't be opened")]
    File(#[from] io::Error),
    /// A file of a table can't be read.
    #[error("a file of the store can't be read")]
    Parquet(#[from] ParquetError),
    /// Rows of a file are damaged.
    #[error("rows of the store can't be read")]
    Rows(#[from] ArrowError),
}
