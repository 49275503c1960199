//! The E-model against figures that were computed elsewhere.
//!
//! `emodel-vectors.csv` has a case in each line: what goes in, under the symbols of ITU-T G.107, and
//! what must come out. Its column `confirmed` tells what a figure was compared with: `P1` and `P2`
//! with print, `I` and `F` with other implementations, `S` with itself alone.

use zqos_quality::emodel::{
    DelaySensitivity, FULLBAND_STRETCH, Parameters, fullband_r, idd, ie_eff, mos_of_r, r_of_mos,
};
use zqos_quality::{LatencyMeaning, Profile, mouth_to_ear_ms, net_mos};

const VECTORS: &str = include_str!("emodel-vectors.csv");

/// How far R and its parts may be off.
const R_TOLERANCE: f64 = 0.001;
/// How far a mean opinion score may be off.
const MOS_TOLERANCE: f64 = 0.0005;

/// A line, and the names of its columns.
struct Vector<'a> {
    names: Vec<&'a str>,
    cells: Vec<&'a str>,
}

impl<'a> Vector<'a> {
    /// Every line. Only the last column, a note, may hold a comma.
    fn all() -> impl Iterator<Item = Vector<'static>> {
        let mut lines = VECTORS.lines();
        let names: Vec<&str> = lines.next().expect("a line of names").split(',').collect();
        lines.map(move |line| Vector {
            names: names.clone(),
            cells: line.splitn(names.len(), ',').collect(),
        })
    }

    fn text(&self, name: &str) -> &'a str {
        let place = self.names.iter().position(|known| *known == name);
        self.cells[place.expect("a column of the file")]
    }

    fn number(&self, name: &str) -> f64 {
        self.text(name).parse().unwrap_or_else(|_| panic!("{}: {name}", self.text("id")))
    }

    fn check(&self, name: &str, found: Option<f64>, tolerance: f64) {
        let expected = self.number(name);
        let is_close = found.is_some_and(|found| (found - expected).abs() <= tolerance);
        assert!(is_close, "{}: {name} is {found:?}, not {expected}", self.text("id"));
    }
}

fn narrowband(vector: &Vector<'_>) {
    let number = |name| vector.number(name);
    let parameters = Parameters {
        slr: number("SLR"),
        rlr: number("RLR"),
        stmr: number("STMR"),
        lstr: number("LSTR"),
        ds: number("Ds"),
        telr: number("TELR"),
        wepl: number("WEPL"),
        t_ms: number("T_ms"),
        tr_ms: number("Tr_ms"),
        ta_ms: number("Ta_ms"),
        qdu: number("qdu"),
        ie: number("Ie"),
        bpl: number("Bpl"),
        ppl_pct: number("Ppl_pct"),
        burst_r: number("BurstR"),
        nc: number("Nc"),
        nfor: number("Nfor"),
        ps: number("Ps"),
        pr: number("Pr"),
        a: number("A"),
        sensitivity: DelaySensitivity { s_t: number("sT"), m_t_ms: number("mT_ms") },
    };
    let rating = parameters.rate();
    vector.check("Idd", rating.map(|rating| rating.idd), R_TOLERANCE);
    vector.check("Ieeff", rating.map(|rating| rating.ie_eff), R_TOLERANCE);
    vector.check("R", rating.map(|rating| rating.r()), R_TOLERANCE);
    vector.check("MOS", rating.map(|rating| rating.mos()), MOS_TOLERANCE);
}

fn fullband(vector: &Vector<'_>) {
    let number = |name| vector.number(name);
    let (ta, ppl) = (number("Ta_ms"), number("Ppl_pct"));
    let r = fullband_r(ta, ppl, number("Ie"), number("Bpl"), number("A"));
    let by_delay = idd(ta, DelaySensitivity::DEFAULT).map(|idd| idd * FULLBAND_STRETCH);
    vector.check("Idd", by_delay, R_TOLERANCE);
    vector.check("R", r, R_TOLERANCE);
    vector.check("MOS", r.and_then(|r| mos_of_r(r / FULLBAND_STRETCH)), MOS_TOLERANCE);
}

fn zoom(vector: &Vector<'_>) {
    let number = |name| vector.number(name);
    let (latency, jitter) = (number("latency_ms"), number("jitter_ms"));
    let (peer, loss) = (number("peer_latency_ms"), number("Ppl_pct"));
    let delay = mouth_to_ear_ms(latency, jitter, peer, LatencyMeaning::RoundTrip);
    vector.check("Ta_ms", delay, R_TOLERANCE);
    let idd = delay.and_then(|delay| idd(delay, DelaySensitivity::DEFAULT));
    vector.check("Idd", idd, R_TOLERANCE);
    let ie_eff = ie_eff(number("Ie"), number("Bpl"), loss, number("BurstR"));
    vector.check("Ieeff", ie_eff, R_TOLERANCE);
    let r = delay.and_then(|delay| Profile::Reference.r(delay, loss));
    vector.check("R", r, R_TOLERANCE);
    vector.check("MOS", net_mos(latency, jitter, loss, peer), MOS_TOLERANCE);
}

#[test]
fn every_vector_is_met() {
    let mut count = 0;
    for vector in Vector::all() {
        match vector.text("model") {
            "nb" => narrowband(&vector),
            "fb" => fullband(&vector),
            "zoom" => zoom(&vector),
            "map" => vector.check("MOS", mos_of_r(vector.number("r_in")), MOS_TOLERANCE),
            "inv" => vector.check("R", r_of_mos(vector.number("mos_in")), R_TOLERANCE),
            model => panic!("no model `{model}`"),
        }
        count += 1;
    }
    assert_eq!(count, 57);
}
