//! Tables for people: aligned columns, as wide as they need to be and the line allows.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// For words, which are cut where the line is too short.
    Left,
    /// For numbers, times and ids, which are never cut.
    Right,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Columns {
    heads: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

/// Between two columns.
const GAP: usize = 2;

/// No column is cut to less than this.
const NARROWEST: usize = 8;

impl Columns {
    pub(crate) fn new<'a>(heads: impl IntoIterator<Item = (&'a str, Align)>) -> Self {
        let heads = heads.into_iter().map(|(head, align)| (head.to_owned(), align)).collect();
        Self { heads, rows: Vec::new() }
    }

    /// Adds a row. Its texts must be safe to show.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Writes the table in lines of at most `width` columns; the longest left-aligned columns are
    /// cut to make room, with an ellipsis.
    pub(crate) fn write(
        &self,
        out: &mut dyn Write,
        width: usize,
        may_style: bool,
    ) -> io::Result<()> {
        let widths = self.widths(width);
        let (dim, plain) = if may_style { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
        let heads: Vec<&str> = self.heads.iter().map(|(head, _)| &**head).collect();
        if heads.iter().any(|head| !head.is_empty()) {
            // A heading may have two lines, set apart by a line break.
            for line in 0..2 {
                let part = |head: &&str| {
                    let (first, second) = head.split_once('\n').unwrap_or(("", head));
                    if line == 0 { first.to_owned() } else { second.to_owned() }
                };
                let cells: Vec<String> = heads.iter().map(part).collect();
                if cells.iter().any(|cell| !cell.is_empty()) {
                    writeln!(out, "{dim}{}{plain}", self.line(&cells, &widths))?;
                }
            }
        }
        for row in &self.rows {
            writeln!(out, "{}", self.line(row, &widths))?;
        }
        Ok(())
    }

    /// How wide the table is when nothing is cut.
    pub(crate) fn width(&self) -> usize {
        let widths = self.widths(usize::MAX);
        widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let head = self.heads[column].0.split('\n').map(UnicodeWidthStr::width).max();
                let cells =
                    self.rows.iter().map(|row| row.get(column).map_or(0, |cell| cell.width()));
                cells.chain(head).max().unwrap_or(0)
            })
            .collect();
        loop {
            let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
            let longest = (0..widths.len())
                .filter(|&column| self.heads[column].1 == Align::Left && widths[column] > NARROWEST)
                .max_by_key(|&column| widths[column]);
            match longest {
                Some(column) if total > width => {
                    let excess = total - width;
                    widths[column] = widths[column].saturating_sub(excess.min(4)).max(NARROWEST);
                }
                _ => return widths,
            }
        }
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (column, (cell, &width)) in cells.iter().zip(widths).enumerate() {
            if column > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let cell = cut(cell, width);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            match self.heads[column].1 {
                Align::Left => line.extend([&*cell, &padding]),
                Align::Right => line.extend([&*padding, &cell]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Cuts a text to a width, with an ellipsis.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(character);
    }
    cut.push('…');
    cut
}

/// Breaks a text into lines of at most `width` columns, at its blanks.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(width: usize) -> String {
        let mut table = Columns::new([
            ("topic", Align::Left),
            ("loss\nmax %", Align::Right),
            ("id", Align::Left),
        ]);
        table.row(["Share Now".to_owned(), "1.9".to_owned(), "a".to_owned()]);
        table.row(["日本語の会議とても長い題名".to_owned(), "12".to_owned(), "bc".to_owned()]);
        let mut out = Vec::new();
        table.write(&mut out, width, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        assert_eq!(
            table(80),
            "                             loss\n\
             topic                       max %  id\n\
             Share Now                     1.9  a\n\
             日本語の会議とても長い題名     12  bc\n"
        );
    }

    #[test]
    fn text_is_broken_at_blanks() {
        assert_eq!(wrapped("a bar of no height is zero", 10), ["a bar of", "no height", "is zero"]);
    }

    #[test]
    fn long_columns_are_cut_to_the_line() {
        let cut = table(24);
        assert!(cut.lines().all(|line| line.width() <= 24), "{cut}");
        assert!(cut.contains('…'), "{cut}");
    }
}
