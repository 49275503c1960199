//! Which codec is assumed: Zoom does not tell.

use std::fmt;

use libm::log10;

use crate::emodel::{
    DelaySensitivity, FULLBAND_END, FULLBAND_STRETCH, RANDOM_BURST_R, REFERENCE_BPL, REFERENCE_IE,
    UNIMPAIRED_R, fullband_r, idd, ie_eff,
};

/// Ie of Opus in super-wideband at 40 kbit/s and a variable rate.
///
/// **Source**: code beside Alahmadi et al., ACM TOMM 2021, doi 10.1145/3458751.
const OPUS_SWB_IE: f64 = 10.67;

/// Bpl of the same under random loss.
///
/// **Source**: as [`OPUS_SWB_IE`].
const OPUS_SWB_BPL: f64 = 9.79;

/// A codec, with the model that has figures for it.
///
/// Zoom uses Opus and SILK at rates that it adapts and does not tell. At 10 % loss the three differ
/// by up to 1 MOS, below 3 % by about 0.4: that is how little is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// G.711 with packet loss concealment by ITU-T G.107: comparable with what other tools for
    /// voice over IP show.
    #[default]
    Reference,
    /// Experimental. ITU-T G.107 with SILK's impairment by loss, as fitted to PESQ scores by Assem
    /// et al., 2013.
    SilkPesq,
    /// Experimental. Opus in super-wideband by ITU-T G.107.2: pessimistic under loss.
    OpusSwb,
}

impl Profile {
    /// Every profile, the default first.
    pub const ALL: [Self; 3] = [Self::Reference, Self::SilkPesq, Self::OpusSwb];

    /// The name, which says what is experimental.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::SilkPesq => "silk-pesq-experimental",
            Self::OpusSwb => "opus-swb-experimental",
        }
    }

    /// True for what rests on a single publication or implementation: for comparison, never for a
    /// verdict that somebody acts on.
    pub const fn is_experimental(self) -> bool {
        !matches!(self, Self::Reference)
    }

    /// R for a one-way delay from mouth to ear in ms, and a loss in percent; always on the scale of
    /// G.107, where 100 is the end.
    ///
    /// **Missing**: `None` for a delay that is negative, a loss outside 0 to 100 %, and what is not
    /// finite.
    pub fn r(self, delay_ms: f64, loss_pct: f64) -> Option<f64> {
        Some(self.r_without_loss(delay_ms)? - self.impairment_by_loss(loss_pct)?)
    }

    /// R for a delay, codec and loss aside.
    pub(crate) fn r_without_loss(self, delay_ms: f64) -> Option<f64> {
        match self {
            Self::Reference | Self::SilkPesq => {
                Some(*UNIMPAIRED_R - idd(delay_ms, DelaySensitivity::DEFAULT)?)
            }
            Self::OpusSwb => {
                Some(fullband_r(delay_ms, 0.0, 0.0, OPUS_SWB_BPL, 0.0)? / FULLBAND_STRETCH)
            }
        }
    }

    /// By how much codec and loss lower R.
    pub(crate) fn impairment_by_loss(self, loss_pct: f64) -> Option<f64> {
        match self {
            Self::Reference => ie_eff(REFERENCE_IE, REFERENCE_BPL, loss_pct, RANDOM_BURST_R),
            Self::SilkPesq => {
                // Source: the fit that is attributed to Assem et al., 2013, by an implementation.
                let is_loss = (0.0..=100.0).contains(&loss_pct);
                is_loss.then(|| 1.319_53 + 18.344_2 * log10(1.0 + 1.548_94 * loss_pct))
            }
            Self::OpusSwb => {
                let impaired = fullband_r(0.0, loss_pct, OPUS_SWB_IE, OPUS_SWB_BPL, 0.0)?;
                Some((FULLBAND_END - impaired) / FULLBAND_STRETCH)
            }
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::emodel::mos_of_r;

    #[test]
    fn loss_alone_gives_the_scores_that_were_computed_elsewhere() {
        const LOSSES: [f64; 9] = [0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0];
        for (profile, expected) in [
            (Profile::Reference, [4.41, 4.33, 4.24, 4.13, 3.92, 3.61, 3.41, 2.98, 2.63]),
            (Profile::SilkPesq, [4.38, 4.18, 4.05, 3.95, 3.81, 3.65, 3.58, 3.43, 3.32]),
            (Profile::OpusSwb, [4.40, 4.20, 3.98, 3.76, 3.36, 2.89, 2.65, 2.22, 1.96]),
        ] {
            for (loss, expected) in LOSSES.into_iter().zip(expected) {
                let mos = mos_of_r(profile.r(0.0, loss).unwrap()).unwrap();
                assert!((mos - expected).abs() < 0.0051, "{profile}, {loss} %: {mos}");
            }
        }
    }

    #[test]
    fn experiments_are_off_and_say_so() {
        assert_eq!(Profile::default(), Profile::Reference);
        for profile in Profile::ALL {
            assert_eq!(profile.is_experimental(), profile.as_str().ends_with("-experimental"));
        }
    }

    proptest! {
        #[test]
        fn r_falls_with_delay_and_loss_in_every_profile(
            place in 0usize..3,
            delay in 0.0..2e3,
            later in 0.0..2e3,
            loss in 0.0..50.0,
            more in 0.0..50.0,
        ) {
            let profile = Profile::ALL[place];
            let r = profile.r(delay, loss).unwrap();
            prop_assert!(profile.r(delay + later, loss).unwrap() <= r + 1e-9);
            prop_assert!(profile.r(delay, loss + more).unwrap() <= r + 1e-9);
            prop_assert!(r <= 100.0);
        }

        #[test]
        fn no_numbers_panic(
            place in 0usize..3,
            delay in proptest::num::f64::ANY,
            loss in proptest::num::f64::ANY,
        ) {
            prop_assert!(Profile::ALL[place].r(delay, loss).is_none_or(f64::is_finite));
        }
    }
}
