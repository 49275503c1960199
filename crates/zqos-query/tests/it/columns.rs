//! The columns that scripts rest on, as a committed file has them.

use std::path::Path;

use crate::World;

/// Written anew by `ZQOS_WRITE_GOLDEN=1 cargo test -p zqos-query --test it columns`.
const GOLDEN: &str = "tests/information_schema.columns.csv";

#[tokio::test]
async fn columns_are_those_of_the_golden_file() {
    let world = World::new().await;
    let columns = world
        .ask(
            "SELECT table_schema, table_name, ordinal_position, column_name, data_type, is_nullable \
             FROM information_schema.columns \
             WHERE table_schema IN ('public', 'stored', 'system') \
             ORDER BY table_schema, table_name, ordinal_position",
        )
        .await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if std::env::var_os("ZQOS_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &columns).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(
        golden == columns,
        "columns are not those of `{GOLDEN}`; if they should be others, write it anew"
    );
}
