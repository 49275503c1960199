//! The E-model: how much delay, loss and what else a connection has impair a conversation.
//!
//! [`Parameters::rate`] is ITU-T G.107 for narrowband speech, complete. [`emodel_r`], [`mos_of_r`]
//! and the others beside it are what SQL has under the same names. Transcendental functions are
//! those of `libm`, so that a score has the same bits on every machine.

mod fullband;
mod narrowband;
mod opinion;
mod parameter;

use std::sync::LazyLock;

pub(crate) use fullband::FULLBAND_END;
pub use fullband::{FULLBAND_STRETCH, fullband_r};
pub use narrowband::{Rating, idd, ie_eff};
pub use opinion::{mos_of_r, r_of_mos};
pub use parameter::{DelaySensitivity, PERMITTED, Parameters, Permitted};

/// Ie of the reference codec.
///
/// **Source**: ITU-T G.113, Appendix I: G.711 with packet loss concealment.
pub const REFERENCE_IE: f64 = 0.0;

/// Bpl of the reference codec.
///
/// **Source**: ITU-T G.113, Appendix I: G.711 with the concealment of its Appendix I, packets of
/// 10 ms.
pub const REFERENCE_BPL: f64 = 25.1;

/// `BurstR` of random loss, which is what is assumed where nothing is known of runs.
///
/// **Source**: ITU-T G.107, the definition of `BurstR`.
pub const RANDOM_BURST_R: f64 = 1.0;

/// R of G.107's defaults: what is left for delay, codec and loss to impair.
pub(crate) static UNIMPAIRED_R: LazyLock<f64> = LazyLock::new(|| {
    Parameters::default().rate().expect("the defaults are within every range").r()
});

/// R of a connection with G.107's default terminals, echo cancelled: `delay_ms` is one way from
/// mouth to ear, `loss_pct` the share of packets lost, `ie` and `bpl` describe the codec, `burst_r`
/// the runs of loss.
///
/// **Missing**: `None` for a delay or Bpl below 0, a loss outside 0 to 100 %, an Ie outside 0 to
/// 95, a `BurstR` that is not above 0, and what is not finite.
///
/// ```
/// use zqos_quality::emodel::{RANDOM_BURST_R, REFERENCE_BPL, REFERENCE_IE, emodel_r};
///
/// let r = emodel_r(200.0, 1.0, REFERENCE_IE, REFERENCE_BPL, RANDOM_BURST_R).unwrap();
/// assert_eq!(format!("{r:.1}"), "86.5");
/// assert_eq!(emodel_r(-1.0, 300.0, 0.0, 25.1, 1.0), None);
/// ```
pub fn emodel_r(delay_ms: f64, loss_pct: f64, ie: f64, bpl: f64, burst_r: f64) -> Option<f64> {
    let idd = idd(delay_ms, DelaySensitivity::DEFAULT)?;
    let r = *UNIMPAIRED_R - idd - ie_eff(ie, bpl, loss_pct, burst_r)?;
    r.is_finite().then_some(r)
}

/// The mean opinion score, from 1 to 4.41, of what [`emodel_r`] rates.
///
/// **Missing**: as there.
pub fn emodel_mos(delay_ms: f64, loss_pct: f64, ie: f64, bpl: f64, burst_r: f64) -> Option<f64> {
    mos_of_r(emodel_r(delay_ms, loss_pct, ie, bpl, burst_r)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_short_form_is_the_model_with_default_terminals() {
        let long = Parameters { ta_ms: 260.0, ppl_pct: 3.0, bpl: 25.1, ..Parameters::default() };
        let short = emodel_r(260.0, 3.0, 0.0, 25.1, 1.0).unwrap();
        assert!((long.rate().unwrap().r() - short).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_numbers_panic(numbers in proptest::array::uniform5(proptest::num::f64::ANY)) {
            let [delay, loss, ie, bpl, burst] = numbers;
            let r = emodel_r(delay, loss, ie, bpl, burst);
            prop_assert!(r.is_none_or(f64::is_finite));
            prop_assert_eq!(emodel_mos(delay, loss, ie, bpl, burst).is_some(), r.is_some());
        }

        #[test]
        fn what_cannot_be_measured_is_not_rated(good in 0.0..100.0, wrong in prop_oneof![
            -1e9..-1e-9, Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)
        ]) {
            prop_assert_eq!(emodel_r(wrong, good, 0.0, 25.1, 1.0), None);
            prop_assert_eq!(emodel_r(good, wrong, 0.0, 25.1, 1.0), None);
            prop_assert_eq!(emodel_r(good, good, wrong, 25.1, 1.0), None);
            prop_assert_eq!(emodel_r(good, good, 0.0, wrong, 1.0), None);
            prop_assert_eq!(emodel_r(good, good, 0.0, 25.1, wrong), None);
        }

        #[test]
        fn r_falls_with_delay_and_loss(
            delay in 0.0..2e3,
            later in 0.0..2e3,
            loss in 0.0..50.0,
            more in 0.0..50.0,
        ) {
            let r = |delay, loss| emodel_r(delay, loss, 0.0, 25.1, 1.0).unwrap();
            prop_assert!(r(delay + later, loss) <= r(delay, loss) + 1e-9);
            prop_assert!(r(delay, loss + more) <= r(delay, loss));
        }
    }
}
