//! What the E-model is told.

/// How much a conversation suffers from delay.
///
/// **Source**: ITU-T G.107, the classes of delay sensitivity that the editions of 2014 and 2015
/// added. The default is the one that G.107 asks for in enterprise telephony; the others are for
/// talk with little interaction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DelaySensitivity {
    /// sT, how steeply the impairment grows; no unit.
    pub s_t: f64,
    /// mT, the shortest delay that impairs, in ms.
    pub m_t_ms: f64,
}

impl DelaySensitivity {
    /// The default class: sT 1, mT 100 ms.
    pub const DEFAULT: Self = Self { s_t: 1.0, m_t_ms: 100.0 };
    /// Low sensitivity: sT 0.55, mT 120 ms.
    pub const LOW: Self = Self { s_t: 0.55, m_t_ms: 120.0 };
    /// Very low sensitivity: sT 0.4, mT 150 ms.
    pub const VERY_LOW: Self = Self { s_t: 0.4, m_t_ms: 150.0 };
}

/// The range that G.107 permits for a parameter.
#[derive(Debug, Clone, Copy)]
pub struct Permitted {
    /// The symbol in G.107.
    pub symbol: &'static str,
    /// The unit; empty for a ratio.
    pub unit: &'static str,
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    read: fn(&Parameters) -> f64,
}

/// Defines [`Parameters`], its defaults, and the permitted ranges of those that have one.
macro_rules! parameters {
    ($(
        $(#[$doc:meta])*
        $field:ident = $default:literal, $symbol:literal, $unit:literal
            $(, $min:literal to $max:literal)?;
    )*) => {
        /// Every parameter of the E-model (ITU-T G.107).
        ///
        /// `..Parameters::default()` gives the defaults of G.107, by which its results are
        /// compared: R is 93.2. They, and the permitted ranges, are from G.107's table of default
        /// values and permitted ranges.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Parameters {
            $($(#[$doc])* pub $field: f64,)*
            /// sT and mT, the sensitivity to delay.
            pub sensitivity: DelaySensitivity,
        }

        impl Default for Parameters {
            fn default() -> Self {
                Self { $($field: $default,)* sensitivity: DelaySensitivity::DEFAULT }
            }
        }

        /// The ranges that G.107 permits, in the order of the fields; the last is that of Dr, the
        /// D-value of the receiving side, which is LSTR less STMR.
        pub const PERMITTED: &[Permitted] = &[
            $($(Permitted {
                symbol: $symbol,
                unit: $unit,
                min: $min,
                max: $max,
                read: |parameters| parameters.$field,
            },)?)*
            Permitted {
                symbol: "Dr",
                unit: "",
                min: -3.0,
                max: 3.0,
                read: |parameters| parameters.lstr - parameters.stmr,
            },
        ];
    };
}

parameters! {
    /// SLR, send loudness rating, in dB. Default 8, permitted 0 to 18.
    slr = 8.0, "SLR", "dB", 0.0 to 18.0;
    /// RLR, receive loudness rating, in dB. Default 2, permitted −5 to 14.
    rlr = 2.0, "RLR", "dB", -5.0 to 14.0;
    /// STMR, sidetone masking rating, in dB. Default 15, permitted 10 to 20.
    stmr = 15.0, "STMR", "dB", 10.0 to 20.0;
    /// LSTR, listener sidetone rating, in dB: STMR and Dr together. Default 18, permitted 13 to 23.
    lstr = 18.0, "LSTR", "dB", 13.0 to 23.0;
    /// Ds, D-value of the telephone on the sending side. Default 3, permitted −3 to 3.
    ds = 3.0, "Ds", "", -3.0 to 3.0;
    /// TELR, talker echo loudness rating, in dB. Default 65, permitted 5 to 65.
    telr = 65.0, "TELR", "dB", 5.0 to 65.0;
    /// WEPL, weighted echo path loss, in dB. Default 110, permitted 5 to 110.
    wepl = 110.0, "WEPL", "dB", 5.0 to 110.0;
    /// T, mean one-way delay of the echo path, in ms. Default 0, permitted 0 to 500.
    t_ms = 0.0, "T", "ms", 0.0 to 500.0;
    /// Tr, round-trip delay in the four-wire loop, in ms. Default 0, permitted 0 to 1000.
    tr_ms = 0.0, "Tr", "ms", 0.0 to 1000.0;
    /// Ta, absolute one-way delay, in ms. Default 0, permitted 0 to 500.
    ta_ms = 0.0, "Ta", "ms", 0.0 to 500.0;
    /// qdu, quantization distortion units. Default 1, permitted 1 to 14.
    qdu = 1.0, "qdu", "", 1.0 to 14.0;
    /// Ie, equipment impairment factor. Default 0, permitted 0 to 40.
    ie = 0.0, "Ie", "", 0.0 to 40.0;
    /// Bpl, robustness against packet loss. Default 4.3, permitted 4.3 to 40.
    ///
    /// Older editions have 1 as the default. It makes no difference while nothing is lost.
    bpl = 4.3, "Bpl", "", 4.3 to 40.0;
    /// Ppl, random packet loss probability, in percent. Default 0, permitted 0 to 20.
    ppl_pct = 0.0, "Ppl", "%", 0.0 to 20.0;
    /// `BurstR`, burst ratio: the mean length of a run of lost packets, by that under random loss.
    /// Default 1, permitted 1 to 8.
    burst_r = 1.0, "BurstR", "", 1.0 to 8.0;
    /// Nc, circuit noise referred to the 0 dBr point, in dBm0p. Default −70, permitted −80 to −40.
    nc = -70.0, "Nc", "dBm0p", -80.0 to -40.0;
    /// Nfor, noise floor at the receiving side, in dBmp. Default −64; no range is given.
    nfor = -64.0, "Nfor", "dBmp";
    /// Ps, room noise at the sending side, in dB(A). Default 35, permitted 35 to 85.
    ps = 35.0, "Ps", "dB(A)", 35.0 to 85.0;
    /// Pr, room noise at the receiving side, in dB(A). Default 35, permitted 35 to 85.
    pr = 35.0, "Pr", "dB(A)", 35.0 to 85.0;
    /// A, advantage factor. Default 0, permitted 0 to 20.
    a = 0.0, "A", "", 0.0 to 20.0;
}

impl Parameters {
    /// The ranges that a parameter is outside of, in the order of [`PERMITTED`].
    ///
    /// G.107 vouches for results within all of them. [`rate`](Self::rate) computes beyond them as
    /// far as the formulas have a meaning: calls are longer delayed than 500 ms, and lose more
    /// than 20 %.
    pub fn outside_permitted(&self) -> impl Iterator<Item = &'static Permitted> {
        PERMITTED.iter().filter(|permitted| {
            let value = (permitted.read)(self);
            !(permitted.min..=permitted.max).contains(&value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_permitted() {
        assert_eq!(Parameters::default().outside_permitted().count(), 0);
        assert_eq!(PERMITTED.len(), 20);
    }

    #[test]
    fn what_is_outside_is_named() {
        let symbols = |parameters: Parameters| -> Vec<&str> {
            parameters.outside_permitted().map(|permitted| permitted.symbol).collect()
        };
        let default = Parameters::default();
        assert_eq!(symbols(Parameters { ta_ms: 500.1, ..default }), ["Ta"]);
        assert_eq!(symbols(Parameters { pr: f64::NAN, ..default }), ["Pr"]);
        assert_eq!(symbols(Parameters { stmr: 10.0, ..default }), ["Dr"]);
        assert_eq!(symbols(Parameters { bpl: 1.0, ppl_pct: 30.0, ..default }), ["Bpl", "Ppl"]);
    }
}
