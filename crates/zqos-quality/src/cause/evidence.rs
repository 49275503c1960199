//! Evidence in words: what speaks for an incident, what against, and what would decide it.

use std::collections::BTreeSet;
use std::fmt;

use crate::InputMeaning;

use super::incident::Incident;
use super::pattern::Pattern;
use super::search::{interval, nameable};
use super::suspect::{Charge, Evidences, Suspect};
use super::symptom::Symptom;
use super::word::Cause;

/// A symptom shows clearly when it shows in so great a part of what its cause lets expect.
///
/// **Source**: a choice of this project.
const CLEAR_PART: f64 = 0.5;

/// How probable a charge of so high a score is, against the bar.
///
/// **Source**: fitted on simulated companies of seeds below 1,000: `cargo xtask causes`.
fn probability(charge: &Charge, suspect: &Suspect) -> f64 {
    let excess = (charge.stretch.score / suspect.bar).max(1.0).ln();
    1.0 / (1.0 + (-(0.7 + 0.95 * excess)).exp())
}

/// How often a symptom shows.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    shown: u32,
    known: u32,
}

impl Share {
    fn value(self) -> f64 {
        f64::from(self.shown) / f64::from(self.known.max(1))
    }
}

/// Of fewer minutes than these a percentage says more than is known.
///
/// **Source**: a choice of this project: from 20 on one minute is 5 % at most.
const COUNTED_BELOW: u32 = 20;

impl fmt::Display for Share {
    /// `3 of 7`, or `43 % of 111`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.known < COUNTED_BELOW {
            write!(f, "{} of {}", self.shown, self.known)
        } else {
            write!(f, "{:.0} % of {}", 100.0 * self.value(), self.known)
        }
    }
}

const fn words(symptom: Symptom) -> &'static str {
    match symptom {
        Symptom::LossSent => {
            "more than 1 % of what is sent is lost, or waits as TCP sends it again"
        }
        Symptom::LossReceived => {
            "more than 1 % of what is received is lost, or waits as TCP sends it again, and no sender \
             explains it"
        }
        Symptom::HeavySent => "more than 5 % of what is sent is lost",
        Symptom::HeavyReceived => {
            "more than 5 % of what is received is lost, and no sender explains it"
        }
        Symptom::UnevenLoss => "the worst seconds lose much more than the mean",
        Symptom::DelaySent => "the round trip is longer than usual, measured on what is sent",
        Symptom::DelayReceived => {
            "the round trip is longer than usual, measured on what is received"
        }
        Symptom::JitterSent => "packets that are sent arrive less evenly than usual",
        Symptom::JitterReceived => {
            "packets that are received arrive less evenly than usual, and no sender explains it"
        }
        Symptom::WeakSignal => "the radio signal is weaker than usual there",
        Symptom::FadedSignal => "the radio signal is somewhat weaker than usual there",
        Symptom::Busy => "the processor is at least 90 % busy",
        Symptom::SlowPictures => {
            "fewer pictures come than is usual of their size, though nothing is lost"
        }
        Symptom::OverTcp => "packets go by TCP",
        Symptom::FarCenter => "the meeting's data centre is farther than the usual one",
    }
}

/// What would decide whether it was this cause.
const fn deciders(cause: Cause) -> &'static [&'static str] {
    match cause {
        Cause::AccessWifi => &[
            "The same person on a cable, in the same place.",
            "Figures of somebody on a cable at the same site, in the same minutes.",
        ],
        Cause::UplinkCapacity | Cause::DownlinkCapacity => &[
            "The load of the line in these minutes, by its router.",
            "A speed test while it lasts.",
        ],
        Cause::SiteOrIsp => &[
            "The provider's own report, or a measurement from the router to the provider's first hop.",
            "Whether other customers of the provider were hurt: a file of autonomous systems tells who they are.",
        ],
        Cause::DataCenter => &[
            "Zoom's status page for these minutes.",
            "The same people in a meeting on another data centre.",
        ],
        Cause::FaultySender => &["The same person with another device, cable or driver."],
        Cause::DeviceCpu => &["Which programs used the processor in these minutes."],
        Cause::ClientVersion => {
            &["The same people after an update of the client, or back on the release before."]
        }
        Cause::VpnOrProxy => &["The same people without the tunnel."],
        Cause::TcpFallback => {
            &["The firewall's rules and logs for UDP 8801 to 8810 in these minutes."]
        }
        Cause::FarServer => &[
            "Why Zoom chose the data centre: the account's settings, and where the host joined from.",
        ],
        Cause::NotDeterminable => &[
            "The same person on a cable.",
            "Radio signal and figures of others at the same place.",
        ],
    }
}

/// What a symptom shows in: the stretch, and all other time of the same joins.
fn shares(
    evidences: &Evidences<'_>,
    suspect: &Suspect,
    charge: &Charge,
    symptom: Symptom,
) -> [Share; 2] {
    let mut shares = [Share::default(); 2];
    for join in &suspect.joins {
        for signs in &evidences.findings.signs[*join as usize] {
            if signs.known & symptom.bit() != 0 {
                let share = &mut shares[usize::from(!charge.stretch.contains(signs.number))];
                share.known += 1;
                share.shown += u32::from(signs.shown & symptom.bit() != 0);
            }
        }
    }
    shares
}

/// Which devices the joins are from, as far as that is known.
fn devices(evidences: &Evidences<'_>, suspect: &Suspect) -> Option<String> {
    let index = evidences.index;
    let name = |join: &u32| {
        let told = index.joins[*join as usize].device.into_iter().flatten();
        let words: Vec<&str> = told.map(|text| index.texts[text as usize]).collect();
        Some(words.join(", ")).filter(|name| !name.is_empty())
    };
    let names: BTreeSet<String> = suspect.joins.iter().filter_map(name).collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| format!("Joined from {}.", names.join("; ")))
}

/// What a charge amounts to; whom it hurt is told by who explains it.
pub(super) fn incident(
    evidences: &Evidences<'_>,
    suspect: &Suspect,
    charge: &Charge,
    rivals: &[(&Suspect, &Pattern)],
    meaning: Option<InputMeaning>,
) -> Incident {
    let pattern = charge.pattern;
    let (mut evidence_for, mut evidence_against) = (Vec::new(), Vec::new());
    evidence_for.push(format!(
        "{} of {} minutes of {} {} show it.",
        charge.hurt_minutes,
        charge.minutes,
        charge.people,
        if charge.people == 1 { "person" } else { "people" },
    ));
    for (symptom, strength) in pattern.strengths {
        let [within, without] = shares(evidences, suspect, charge, *symptom);
        if within.known == 0 {
            evidence_against
                .push(format!("Not known in any of these minutes: whether {}.", words(*symptom)));
        } else if within.value() >= CLEAR_PART * strength {
            let other = if without.known > 0 {
                format!(", against {without} other minutes")
            } else {
                String::new()
            };
            evidence_for.push(format!("In {within} minutes {}{other}.", words(*symptom)));
        } else {
            evidence_against.push(format!("In only {within} minutes {}.", words(*symptom)));
        }
    }

    if pattern.cause == Cause::DeviceCpu {
        evidence_for.extend(devices(evidences, suspect));
    }

    let (from, to) = interval(&charge.stretch);
    let mut cause = nameable(pattern.cause, meaning);
    let mut candidates = Vec::new();
    let mut would_decide: Vec<String> =
        deciders(pattern.cause).iter().map(|decider| (*decider).to_owned()).collect();
    if cause != pattern.cause {
        candidates.push(pattern.cause);
        would_decide.insert(0, "Which of input and output is sent, which is not known.".to_owned());
    }
    if !rivals.is_empty() {
        cause = Cause::NotDeterminable;
        candidates.push(pattern.cause);
        for (rival, other) in rivals {
            candidates.push(other.cause);
            let scope = evidences.index.scope(other.scope, rival.key);
            evidence_against.push(format!(
                "The same joins make up {} {}, so {} fits as well.",
                scope.kind, scope.name, other.cause
            ));
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    Incident {
        cause,
        scope: evidences.index.scope(pattern.scope, suspect.key),
        from,
        to,
        probability: probability(charge, suspect),
        participants: Vec::new(),
        evidence_for,
        evidence_against,
        would_decide,
        candidates,
    }
}

/// Every sentence, or part of one, that is not made of figures.
#[cfg(test)]
pub(super) fn sentences() -> impl Iterator<Item = &'static str> {
    let symptoms = Symptom::ALL.into_iter().map(words);
    symptoms.chain(Cause::ALL.into_iter().flat_map(|cause| deciders(cause).iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_minutes_are_counted_and_many_are_a_percentage() {
        let share = |shown, known| Share { shown, known }.to_string();
        assert_eq!(share(0, 7), "0 of 7");
        assert_eq!(share(19, 19), "19 of 19");
        assert_eq!(share(1, 20), "5 % of 20");
    }
}
