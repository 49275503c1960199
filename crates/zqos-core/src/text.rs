//! Text from strangers, made safe to show.

use std::fmt;

/// Shows a text with its control, escape and bidirectional characters written as `\u{…}`.
///
/// Names, topics and error messages come from other people and from proxies; a terminal would
/// obey an escape sequence in them, and a bidirectional mark would reorder the line. Line breaks
/// and tabs are escaped too, so a shown text stays on its line.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(pub &'a str);

impl Shown<'_> {
    /// True for a character that is escaped.
    ///
    /// **Source**: control characters are Unicode's `Cc`, line and paragraph separators U+2028
    /// and U+2029; the bidirectional formatting characters and other invisible ones are those of
    /// Unicode Technical Report 36, section 2.
    pub fn is_escaped(character: char) -> bool {
        character.is_control()
            || matches!(
                character,
                '\u{61c}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
                    | '\u{fff9}'..='\u{fffb}'
                    | '\u{e0000}'..='\u{e007f}'
            )
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;

        let mut rest = self.0;
        while let Some(at) = rest.find(Self::is_escaped) {
            f.write_str(&rest[..at])?;
            let escaped = rest[at..].chars().next().expect("found at this place");
            match escaped {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                other => {
                    f.write_str("\\u{")?;
                    write!(f, "{:x}", u32::from(other))?;
                    f.write_char('}')?;
                }
            }
            rest = &rest[at + escaped.len_utf8()..];
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_is_shown(text in any::<String>()) {
            let shown = Shown(&text).to_string();
            prop_assert!(!shown.contains(Shown::is_escaped), "{shown:?}");
        }

        #[test]
        fn harmless_text_is_shown_as_it_is(text in "[a-zA-Zäöü日本語 .,'-]{0,40}") {
            prop_assert_eq!(Shown(&text).to_string(), text);
        }
    }

    #[test]
    fn escape_sequences_and_bidi_marks_are_visible() {
        let name = "Eve\u{1b}[2J\u{202e}txt.exe\u{9b}31m\r\n";
        assert_eq!(Shown(name).to_string(), "Eve\\u{1b}[2J\\u{202e}txt.exe\\u{9b}31m\\r\\n");
    }
}
