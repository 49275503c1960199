//! Cells that are opened in spreadsheets.

/// A text that no spreadsheet computes.
///
/// **Source**: OWASP, "CSV injection": a quote before what begins with one of these.
pub fn no_formula(cell: String) -> String {
    let begins = cell.starts_with(['=', '+', '@', '\t', '\r']);
    // A negative number is no formula.
    let is_minus = cell.starts_with('-') && cell.parse::<f64>().is_err();
    if begins || is_minus { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spreadsheet_computes_what_comes_from_strangers() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-1", "-1"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(no_formula(cell.to_owned()), written);
        }
    }
}
