//! ITU-T G.107.2: the fullband model. Experimental: only one public implementation was found to
//! compare with, and figures of codecs for it are scarce.

use super::{DelaySensitivity, idd};

/// Where the fullband scale ends.
///
/// **Source**: ITU-T G.107.2, the highest R on the fullband scale.
pub(crate) const FULLBAND_END: f64 = 148.0;

/// How far the fullband scale is stretched against that of G.107.
///
/// **Source**: ITU-T G.107.2: 148 by 100.
pub const FULLBAND_STRETCH: f64 = 1.48;

/// Where impairments by codecs and loss end on the fullband scale.
///
/// **Source**: ITU-T G.107.2, the constant 132 in Ie,eff,FB.
const IE_END: f64 = 132.0;

/// R on the fullband scale, which ends at 148: `148 − 1.48 · Idd(Ta) − Ie,eff,FB + A`, with
/// `Ie,eff,FB = Ie + (132 − Ie) · Ppl / (Ppl + Bpl)`. Divided by 1.48 it is a rating that
/// [`mos_of_r`](super::mos_of_r) takes.
///
/// **Missing**: `None` for a delay or Bpl below 0, a loss outside 0 to 100 %, an Ie outside 0 to
/// 132, and what is not finite.
pub fn fullband_r(ta_ms: f64, loss_pct: f64, ie: f64, bpl: f64, a: f64) -> Option<f64> {
    let is_meaningful = (0.0..=IE_END).contains(&ie)
        && (0.0..=f64::MAX).contains(&bpl)
        && (0.0..=100.0).contains(&loss_pct);
    if !is_meaningful {
        return None;
    }
    let by_loss = if loss_pct > 0.0 { (IE_END - ie) * (loss_pct / (loss_pct + bpl)) } else { 0.0 };
    let by_delay = FULLBAND_STRETCH * idd(ta_ms, DelaySensitivity::DEFAULT)?;
    let r = FULLBAND_END - by_delay - ie - by_loss + a;
    r.is_finite().then_some(r)
}
