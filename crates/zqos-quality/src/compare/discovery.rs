//! Which of many findings hold, when some come by chance.

use super::evidence::number;

/// Which of these p-values are below the bound up to which at most such a share of findings is false,
/// on average.
///
/// **Source**: Benjamini and Hochberg, 1995.
pub(super) fn discoveries(p_values: &[f64], false_share: f64) -> Vec<bool> {
    let mut in_order = p_values.to_vec();
    in_order.sort_unstable_by(f64::total_cmp);
    let all = number(in_order.len());
    let bound = in_order
        .iter()
        .zip(1_u32..)
        .filter(|(p_value, rank)| **p_value <= false_share * f64::from(*rank) / all)
        .map(|(p_value, _)| *p_value)
        .last();
    p_values.iter().map(|p_value| bound.is_some_and(|bound| *p_value <= bound)).collect()
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    #[test]
    fn of_fifteen_four_hold() {
        // The example of the paper, at 5 %: thrombolysis after a heart attack.
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0000,
        ];
        let found = discoveries(&p_values, 0.05);
        assert_eq!(found.iter().filter(|found| **found).count(), 4);
        assert!(found[..4].iter().all(|found| *found));
        assert_eq!(discoveries(&[], 0.05), []);
        assert_eq!(discoveries(&[f64::NAN], 0.05), [false]);
    }

    #[test]
    fn few_findings_are_false() {
        let mut rng = Rng::with_seed(1);
        let mut false_shares = 0.0;
        let mut found_of_true = 0_u32;
        for _ in 0..1_000 {
            // Of 50 one in five is true, and has small p-values.
            let p_values: Vec<f64> =
                (0..50).map(|at| rng.f64() * if at < 10 { 0.01 } else { 1.0 }).collect();
            let found = discoveries(&p_values, 0.1);
            let of =
                |found: &[bool]| u32::try_from(found.iter().filter(|is| **is).count()).unwrap();
            let (right, wrong) = (of(&found[..10]), of(&found[10..]));
            found_of_true += right;
            false_shares += f64::from(wrong) / f64::from((right + wrong).max(1));
        }
        assert!(false_shares / 1_000.0 <= 0.1, "{false_shares}");
        assert!(found_of_true > 9_000, "{found_of_true}");
    }
}
