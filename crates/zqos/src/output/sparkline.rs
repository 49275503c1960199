//! Small curves in a line of text.

use zqos_core::Timestamp;

/// From the lowest to the highest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A minute in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// Draws points minute by minute from `start` to `end`, in at most `width` characters.
///
/// A bar is as high as the highest point of its minutes, against `top`; a bar of no height is
/// zero. Minutes without a point are blank: a gap is drawn as a gap.
pub(crate) fn sparkline(
    points: impl IntoIterator<Item = (Timestamp, f64)>,
    (start, end): (Timestamp, Timestamp),
    top: f64,
    width: usize,
) -> String {
    let minute = |ts: Timestamp| (ts.unix_millis() - start.unix_millis()).div_euclid(MINUTE_MS);
    let minutes = usize::try_from(minute(end)).unwrap_or(0) + 1;
    let per_bar = minutes.div_ceil(width.max(1));
    let mut highest = vec![None; minutes.div_ceil(per_bar)];
    for (ts, value) in points {
        let place = usize::try_from(minute(ts)).ok().and_then(|at| highest.get_mut(at / per_bar));
        if let Some(place) = place {
            *place = Some(place.map_or(value, |other: f64| other.max(value)));
        }
    }
    highest.into_iter().map(|value| value.map_or(' ', |value| bar(value, top))).collect()
}

fn bar(value: f64, top: f64) -> char {
    let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    let step = BARS.iter().rposition(|_| true).unwrap_or(0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of seven steps"
    )]
    let height = (share * step as f64).round() as usize;
    BARS[height.min(step)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_unix_millis(minute * MINUTE_MS).unwrap()
    }

    #[test]
    fn a_gap_is_drawn_as_a_gap() {
        let points = [(at(0), 0.0), (at(1), 50.0), (at(4), 100.0)];
        assert_eq!(sparkline(points, (at(0), at(4)), 100.0, 40), "▁▅  █");
    }

    #[test]
    fn a_long_meeting_shows_the_highest_of_each_bar() {
        let points = (0..120_u32)
            .map(|minute| (at(i64::from(minute)), if minute == 61 { 100.0 } else { 10.0 }));
        let line = sparkline(points, (at(0), at(119)), 100.0, 40);
        assert_eq!(line.chars().count(), 40);
        assert_eq!(line.chars().position(|bar| bar == '█'), Some(20));
    }

    #[test]
    fn a_single_minute_and_a_flat_line_are_drawn() {
        assert_eq!(sparkline([(at(0), 5.0)], (at(0), at(0)), 5.0, 40), "█");
        assert_eq!(sparkline([(at(0), 0.0)], (at(0), at(0)), 0.0, 40), "▁");
    }
}
