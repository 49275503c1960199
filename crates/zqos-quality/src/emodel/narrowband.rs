//! ITU-T G.107: the formulas, in the order and under the symbols of the Recommendation.

use libm::{cbrt, exp, log2, log10, pow};

use super::opinion::mos_of_r;
use super::{DelaySensitivity, Parameters};

/// Where G.107's scale of impairments by codecs and loss ends.
///
/// **Source**: ITU-T G.107, the constant 95 in Ie,eff.
const IE_END: f64 = 95.0;

/// What R is made of.
///
/// Every figure is on the scale of R and has no unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// Ro, the basic signal-to-noise ratio.
    pub ro: f64,
    /// Iolr, impairment by a connection that is too loud; a part of Is.
    pub iolr: f64,
    /// Ist, impairment by sidetone; a part of Is.
    pub ist: f64,
    /// Iq, impairment by quantization; a part of Is.
    pub iq: f64,
    /// Idte, impairment by talker echo; a part of Id.
    pub idte: f64,
    /// Idle, impairment by listener echo; a part of Id.
    pub idle: f64,
    /// Idd, impairment by delay, even where echo is cancelled; a part of Id.
    pub idd: f64,
    /// Ie,eff, impairment by codec and packet loss.
    pub ie_eff: f64,
    /// A, the advantage factor.
    pub a: f64,
}

impl Rating {
    /// Is, what impairs speech while it is spoken.
    pub fn is(&self) -> f64 {
        self.iolr + self.ist + self.iq
    }

    /// Id, what impairs by delay.
    pub fn id(&self) -> f64 {
        self.idte + self.idle + self.idd
    }

    /// R, the transmission rating: `Ro − Is − Id − Ie,eff + A`. It may be below 0.
    pub fn r(&self) -> f64 {
        self.ro - self.is() - self.id() - self.ie_eff + self.a
    }

    /// The mean opinion score that belongs to R, from 1 to 4.5.
    pub fn mos(&self) -> f64 {
        mos_of_r(self.r()).unwrap_or(1.0)
    }
}

impl Parameters {
    /// Computes R and what it is made of.
    ///
    /// **Missing**: `None` where the formulas have no meaning: a parameter that is not finite, a
    /// delay or Bpl below 0, a loss outside 0 to 100 %, an Ie outside 0 to 95, and a `BurstR`,
    /// qdu, sT or mT that is not above 0.
    pub fn rate(&self) -> Option<Rating> {
        let idd = idd(self.ta_ms, self.sensitivity)?;
        let ie_eff = ie_eff(self.ie, self.bpl, self.ppl_pct, self.burst_r)?;
        if !(self.t_ms >= 0.0 && self.tr_ms >= 0.0 && self.qdu > 0.0) {
            return None;
        }

        let olr = self.slr + self.rlr;
        let nos = self.ps - self.slr - self.ds - 100.0
            + 0.004 * (self.ps - olr - self.ds - 14.0) * (self.ps - olr - self.ds - 14.0);
        let pre = self.pr + 10.0 * log10(1.0 + from_db(10.0 - self.lstr));
        let nor = self.rlr - 121.0 + pre + 0.008 * (pre - 35.0) * (pre - 35.0);
        let nfo = self.nfor + self.rlr;
        let no = 10.0 * log10(from_db(self.nc) + from_db(nos) + from_db(nor) + from_db(nfo));
        let ro = 15.0 - 1.5 * (self.slr + no);

        let xolr = olr + 0.2 * (64.0 + no - self.rlr);
        let iolr = 20.0 * (pow(1.0 + pow(xolr / 8.0, 8.0), 1.0 / 8.0) - xolr / 8.0);
        let ist = self.ist();
        let iq = iq(ro, self.qdu);

        let rating = Rating {
            ro,
            iolr,
            ist,
            iq,
            idte: self.idte(no, ist),
            idle: self.idle(ro),
            idd,
            ie_eff,
            a: self.a,
        };
        rating.r().is_finite().then_some(rating)
    }

    /// Impairment by sidetone that is not optimal.
    fn ist(&self) -> f64 {
        let echo = exp(-self.t_ms / 4.0) * from_db(-self.telr);
        let stmro = -10.0 * log10(from_db(-self.stmr) + echo);
        12.0 * pow(1.0 + pow((stmro - 13.0) / 6.0, 8.0), 1.0 / 8.0)
            - 28.0 * pow(1.0 + pow((stmro + 1.0) / 19.4, 35.0), 1.0 / 35.0)
            - 13.0 * pow(1.0 + pow((stmro - 3.0) / 33.0, 13.0), 1.0 / 13.0)
            + 29.0
    }

    /// Impairment by talker echo. An echo within 1 ms is sidetone; a sidetone that is loud
    /// (STMR below 9 dB) masks echo, one that is faint (above 20 dB) lets it stand out.
    fn idte(&self, no: f64, ist: f64) -> f64 {
        let t = self.t_ms;
        let mut idte = 0.0;
        if t >= 1.0 {
            let mut terv = self.telr - 40.0 * log10((1.0 + t / 10.0) / (1.0 + t / 150.0))
                + 6.0 * exp(-0.3 * t * t);
            if self.stmr < 9.0 {
                terv += ist / 2.0;
            }
            let re = 80.0 + 2.5 * (terv - 14.0);
            let roe = -1.5 * (no - self.rlr);
            let half = (roe - re) / 2.0;
            idte = (half + (half * half + 100.0).sqrt() - 1.0) * (1.0 - exp(-t));
        }
        if self.stmr > 20.0 { (idte * idte + ist * ist).sqrt() } else { idte }
    }

    /// Impairment by listener echo.
    fn idle(&self, ro: f64) -> f64 {
        let rle = 10.5 * (self.wepl + 7.0) / (self.tr_ms + 1.0).sqrt().sqrt();
        let half = (ro - rle) / 2.0;
        half + (half * half + 169.0).sqrt()
    }
}

/// The power ratio of a level in dB.
fn from_db(level: f64) -> f64 {
    pow(10.0, level / 10.0)
}

/// Impairment by quantization.
fn iq(ro: f64, qdu: f64) -> f64 {
    let q = 37.0 - 15.0 * log10(qdu);
    let g = 1.07 + 0.258 * q + 0.0602 * q * q;
    let y = (ro - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0;
    let z = 46.0 / 30.0 - g / 40.0;
    15.0 * log10(1.0 + pow(10.0, y) + pow(10.0, z))
}

/// Idd, the impairment by an absolute one-way delay in ms: nothing up to mT, and at most 50.
///
/// **Missing**: `None` for a delay that is negative or not finite, and for an sT or mT that is not
/// above 0.
///
/// **Source**: ITU-T G.107, clause on the delay impairment factor.
pub fn idd(ta_ms: f64, sensitivity: DelaySensitivity) -> Option<f64> {
    let DelaySensitivity { s_t, m_t_ms } = sensitivity;
    if !(ta_ms.is_finite() && ta_ms >= 0.0 && s_t > 0.0 && m_t_ms > 0.0) {
        return None;
    }
    if ta_ms <= m_t_ms {
        return Some(0.0);
    }
    let x = log2(ta_ms / m_t_ms);
    // What G.107 writes as (1 + x^(6 sT))^(1/(6 sT)); without general powers in the usual case.
    let smooth = |x: f64| {
        if sensitivity == DelaySensitivity::DEFAULT {
            let cube = x * x * x;
            cbrt((1.0 + cube * cube).sqrt())
        } else {
            pow(1.0 + pow(x, 6.0 * s_t), 1.0 / (6.0 * s_t))
        }
    };
    let idd = 25.0 * (smooth(x) - 3.0 * smooth(x / 3.0) + 2.0);
    // The terms cancel while x is small, and what is left may be a rounding error below 0.
    idd.is_finite().then_some(idd.max(0.0))
}

/// Ie,eff, the impairment by a codec (`ie`, `bpl`) and the loss of `ppl_pct` percent of its packets
/// in runs of `burst_r`: `Ie + (95 − Ie) · Ppl / (Ppl/BurstR + Bpl)`.
///
/// **Missing**: `None` for an Ie outside 0 to 95, a Bpl that is negative, a loss outside 0 to
/// 100 %, a `BurstR` that is not above 0, and what is not finite.
///
/// **Source**: ITU-T G.107, clause on the equipment impairment factor.
pub fn ie_eff(ie: f64, bpl: f64, ppl_pct: f64, burst_r: f64) -> Option<f64> {
    let is_meaningful = (0.0..=IE_END).contains(&ie)
        && (0.0..=f64::MAX).contains(&bpl)
        && (0.0..=100.0).contains(&ppl_pct)
        && burst_r > 0.0
        && burst_r.is_finite();
    if !is_meaningful {
        return None;
    }
    if ppl_pct <= 0.0 {
        // Without loss, also where Bpl is 0 and the quotient has no value.
        return Some(ie);
    }
    let ie_eff = ie + (IE_END - ie) * (ppl_pct / (ppl_pct / burst_r + bpl));
    ie_eff.is_finite().then_some(ie_eff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn the_defaults_give_what_g107_prints() {
        let rating = Parameters::default().rate().unwrap();
        assert_close(rating.ro, 94.7688, 5e-5);
        assert_close(rating.is(), 1.4136, 5e-5);
        assert_close(rating.iolr, 0.4402, 5e-5);
        assert_close(rating.ist, -0.0007, 5e-5);
        assert_close(rating.iq, 0.9741, 5e-5);
        assert_close(rating.idle, 0.1490, 5e-5);
        assert_close(rating.idte, 0.0, 0.0);
        assert_close(rating.r(), 93.2, 0.05);
        assert_close(rating.mos(), 4.41, 0.005);
    }

    #[test]
    fn delay_impairs_from_a_tenth_of_a_second_on() {
        let at = |ta_ms| idd(ta_ms, DelaySensitivity::DEFAULT).unwrap();
        for (ta_ms, expected) in [
            (0.0, 0.0),
            (100.0, 0.0),
            (120.0, 0.0),
            (150.0, 0.16),
            (177.0, 1.15),
            (200.0, 3.04),
            (250.0, 8.92),
            (300.0, 14.76),
            (400.0, 24.07),
            (500.0, 30.64),
            (600.0, 35.25),
        ] {
            assert_close(at(ta_ms), expected, 0.0051);
        }
        let low = |ta_ms| idd(ta_ms, DelaySensitivity::LOW).unwrap();
        for (ta_ms, expected) in
            [(120.0, 0.0), (150.0, 0.16), (200.0, 2.25), (300.0, 10.09), (400.0, 16.89)]
        {
            assert_close(low(ta_ms), expected, 0.0051);
        }
    }

    #[test]
    fn the_quick_root_is_the_general_power() {
        let general = DelaySensitivity { s_t: 1.0 + f64::EPSILON, m_t_ms: 100.0 };
        for ta_ms in [101.0, 150.0, 333.3, 4_000.0, 1e9] {
            let quick = idd(ta_ms, DelaySensitivity::DEFAULT).unwrap();
            assert_close(quick, idd(ta_ms, general).unwrap(), 1e-9);
        }
    }

    #[test]
    fn loss_impairs_as_g113_has_it_for_a_codec_with_concealment() {
        // G.729A with voice activity detection: Ie 11, Bpl 19.
        for (ppl, printed) in
            [(0.5, 13.0), (1.0, 15.0), (2.0, 19.0), (4.0, 26.0), (8.0, 36.0), (16.0, 49.0)]
        {
            assert_close(ie_eff(11.0, 19.0, ppl, 1.0).unwrap(), printed, 0.5);
        }
    }

    #[test]
    fn without_loss_and_robustness_the_codec_remains() {
        assert_eq!(ie_eff(7.0, 0.0, 0.0, 1.0), Some(7.0));
        assert_eq!(ie_eff(7.0, 0.0, 3.0, 1.0), Some(95.0));
    }

    #[test]
    fn a_loud_or_faint_sidetone_changes_what_echo_does() {
        let echo = Parameters { t_ms: 60.0, tr_ms: 120.0, telr: 40.0, ..Parameters::default() };
        let idte = |stmr| Parameters { stmr, ..echo }.rate().unwrap().idte;
        let plain = idte(15.0);
        assert_close(idte(9.0), plain, 1e-9);
        assert_close(idte(20.0), plain, 1e-9);
        assert!(idte(5.0) < plain, "masked");
        assert!(idte(25.0) > plain, "stands out");
    }

    #[test]
    fn what_has_no_meaning_has_no_rating() {
        let default = Parameters::default();
        for wrong in [
            Parameters { ta_ms: -1.0, ..default },
            Parameters { ta_ms: f64::INFINITY, ..default },
            Parameters { t_ms: -0.1, ..default },
            Parameters { tr_ms: f64::NAN, ..default },
            Parameters { ppl_pct: 300.0, ..default },
            Parameters { ppl_pct: -0.1, ..default },
            Parameters { burst_r: 0.0, ppl_pct: 1.0, ..default },
            Parameters { ie: 96.0, ..default },
            Parameters { bpl: -1.0, ..default },
            Parameters { qdu: 0.0, ..default },
            Parameters { slr: f64::NAN, ..default },
            Parameters { a: f64::INFINITY, ..default },
        ] {
            assert_eq!(wrong.rate(), None, "{wrong:?}");
        }
    }

    /// Numbers of every kind: usual ones, huge ones, and those that are none.
    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![-1e3..1e3, proptest::num::f64::ANY]
    }

    proptest! {
        #[test]
        fn no_parameters_panic_and_every_rating_is_finite(
            values in any::<[u8; 22]>(),
            numbers in proptest::collection::vec(any_number(), 22),
        ) {
            // Each parameter keeps its default in half of the cases.
            let pick = |place: usize, default: f64| {
                if values[place] < 128 { default } else { numbers[place] }
            };
            let default = Parameters::default();
            let parameters = Parameters {
                slr: pick(0, default.slr),
                rlr: pick(1, default.rlr),
                stmr: pick(2, default.stmr),
                lstr: pick(3, default.lstr),
                ds: pick(4, default.ds),
                telr: pick(5, default.telr),
                wepl: pick(6, default.wepl),
                t_ms: pick(7, default.t_ms),
                tr_ms: pick(8, default.tr_ms),
                ta_ms: pick(9, default.ta_ms),
                qdu: pick(10, default.qdu),
                ie: pick(11, default.ie),
                bpl: pick(12, default.bpl),
                ppl_pct: pick(13, default.ppl_pct),
                burst_r: pick(14, default.burst_r),
                nc: pick(15, default.nc),
                nfor: pick(16, default.nfor),
                ps: pick(17, default.ps),
                pr: pick(18, default.pr),
                a: pick(19, default.a),
                sensitivity: DelaySensitivity { s_t: pick(20, 1.0), m_t_ms: pick(21, 100.0) },
            };
            if let Some(rating) = parameters.rate() {
                prop_assert!(rating.r().is_finite());
                prop_assert!((1.0..=4.5).contains(&rating.mos()));
            }
        }

        #[test]
        fn within_the_permitted_ranges_there_is_always_a_rating(
            shares in proptest::collection::vec(0.0..=1.0, 20),
        ) {
            let of = |place: usize, min: f64, max: f64| min + shares[place] * (max - min);
            let stmr = of(2, 10.0, 20.0);
            let parameters = Parameters {
                slr: of(0, 0.0, 18.0),
                rlr: of(1, -5.0, 14.0),
                stmr,
                lstr: (stmr + of(3, -3.0, 3.0)).clamp(13.0, 23.0),
                ds: of(4, -3.0, 3.0),
                telr: of(5, 5.0, 65.0),
                wepl: of(6, 5.0, 110.0),
                t_ms: of(7, 0.0, 500.0),
                tr_ms: of(8, 0.0, 1000.0),
                ta_ms: of(9, 0.0, 500.0),
                qdu: of(10, 1.0, 14.0),
                ie: of(11, 0.0, 40.0),
                bpl: of(12, 4.3, 40.0),
                ppl_pct: of(13, 0.0, 20.0),
                burst_r: of(14, 1.0, 8.0),
                nc: of(15, -80.0, -40.0),
                nfor: -64.0,
                ps: of(16, 35.0, 85.0),
                pr: of(17, 35.0, 85.0),
                a: of(18, 0.0, 20.0),
                sensitivity: DelaySensitivity::DEFAULT,
            };
            prop_assert!(parameters.rate().is_some());
        }

        #[test]
        fn delay_never_helps(one in 0.0..5e3, more in 0.0..5e3, class in 0usize..3) {
            let classes =
                [DelaySensitivity::DEFAULT, DelaySensitivity::LOW, DelaySensitivity::VERY_LOW];
            let class = classes[class];
            let (near, far) = (idd(one, class).unwrap(), idd(one + more, class).unwrap());
            prop_assert!(near <= far + 1e-9, "{} {}", near, far);
            prop_assert!((0.0..=50.0).contains(&far));
        }

        #[test]
        fn loss_never_helps(
            ie in 0.0..40.0,
            bpl in 4.3..40.0,
            burst_r in 1.0..8.0,
            one in 0.0..100.0,
            more in 0.0..100.0,
        ) {
            let less = ie_eff(ie, bpl, one, burst_r).unwrap();
            let greater = ie_eff(ie, bpl, f64::min(one + more, 100.0), burst_r).unwrap();
            prop_assert!(ie <= less && less <= greater + 1e-9);
        }
    }
}
