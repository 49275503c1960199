//! The answer on a screen.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;
use zqos_answer::diagnosis::{Profile, Row, Share, StreamMinutes, Told, count};
use zqos_answer::{Answer, number};
use zqos_core::{Shown, Timestamp};

use crate::output::columns::{Align, Columns, cut, wrapped};
use crate::time::Zone;

/// So many participants are shown in the heat strip.
const ROWS: usize = 20;
/// So many incidents are shown with their evidence.
const INCIDENTS: usize = 3;
/// So many sentences of each kind are shown of an incident; programs get them all.
const SENTENCES: usize = 3;
/// The widest that a name may be beside the strip.
const NAME: usize = 24;

/// How a minute of each letter is drawn, the worst last.
const CELLS: [(char, char); 6] =
    [('-', ' '), ('g', '·'), ('f', '░'), ('u', '?'), ('p', '▓'), ('b', '█')];

/// Where and how the answer is written.
pub(super) struct Screen<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) width: usize,
    pub(super) may_style: bool,
    pub(super) zone: &'a Zone,
}

impl Screen<'_> {
    pub(super) fn show(&mut self, title: &str, answer: &Answer) -> io::Result<()> {
        let (bold, plain) = if self.may_style { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        writeln!(self.out, "{bold}{}{plain}", cut(title, self.width))?;
        self.paragraph("", &answer.summary)?;
        if !answer.participants.is_empty() {
            writeln!(self.out)?;
            self.heat(&answer.participants, answer.from, answer.to)?;
        }
        if let Some(profile) = &answer.person {
            writeln!(self.out)?;
            self.profile(profile)?;
        }
        for (place, incident) in answer.incidents.iter().take(INCIDENTS).enumerate() {
            writeln!(self.out)?;
            self.incident(place + 1, incident, (answer.from, answer.to))?;
        }
        if answer.incidents.len() > INCIDENTS {
            writeln!(self.out)?;
            self.others(&answer.incidents[INCIDENTS..])?;
        }
        writeln!(self.out)?;
        self.unknown(answer)
    }

    fn paragraph(&mut self, lead: &str, text: &str) -> io::Result<()> {
        let indent = lead.width();
        for (place, line) in wrapped(text, self.width.saturating_sub(indent)).iter().enumerate() {
            let lead = if place == 0 { lead.to_owned() } else { " ".repeat(indent) };
            writeln!(self.out, "{lead}{line}")?;
        }
        Ok(())
    }

    /// Participants × minutes.
    fn heat(&mut self, rows: &[Row], from: Timestamp, to: Timestamp) -> io::Result<()> {
        let shown = &rows[..rows.len().min(ROWS)];
        let name_of = |row: &Row| {
            let name = row.name.as_deref().or(row.person.as_deref()).unwrap_or(&row.user_id);
            let vip = if row.is_vip { " (VIP)" } else { "" };
            format!("{}{vip}", cut(&Shown(name).to_string(), NAME))
        };
        let names = shown.iter().map(|row| name_of(row).width()).max().unwrap_or(0);
        let minutes = shown.iter().map(|row| row.strip.len()).max().unwrap_or(0);
        let room = self.width.saturating_sub(names + 2 + 12).max(10);
        let per_cell = minutes.div_ceil(room).max(1);
        let cells = minutes.div_ceil(per_cell);
        let (first, last) = (self.zone.time(from), self.zone.time(to));
        let gap = cells.saturating_sub(first.len() + last.len()).max(1);
        writeln!(self.out, "{}  {first}{}{last}", " ".repeat(names), " ".repeat(gap))?;
        for row in shown {
            let strip: String =
                row.strip
                    .as_bytes()
                    .chunks(per_cell)
                    .map(|minutes| {
                        let worst = CELLS.iter().rev().find(|(letter, _)| {
                            minutes.iter().any(|of| char::from(*of) == *letter)
                        });
                        worst.map_or(' ', |(_, cell)| *cell)
                    })
                    .collect();
            let name = name_of(row);
            let pad = " ".repeat(names.saturating_sub(name.width()));
            let end = " ".repeat(cells.saturating_sub(strip.width()));
            writeln!(self.out, "{name}{pad}  {strip}{end}  {:>3} of {}", row.poor, row.judged)?;
        }
        if rows.len() > ROWS {
            let rest = &rows[ROWS..];
            let poor: u32 = rest.iter().map(|row| row.poor).sum();
            writeln!(self.out, "… and {} more, with {poor} poor minutes", rest.len())?;
        }
        let per = match per_cell {
            1 => "a column is a minute".to_owned(),
            minutes => format!("a column is the worst of {minutes} minutes"),
        };
        self.paragraph(
            "",
            &format!(
                "{per}: · good  ░ fair  ▓ poor  █ bad  ? not judged, blank not measured; at the right the \
                 poor and bad minutes of those judged"
            ),
        )
    }

    fn profile(&mut self, profile: &Profile) -> io::Result<()> {
        let Profile { days, poor_days, meetings, own, others_in_these_meetings: others, .. } =
            profile;
        self.paragraph(
            "",
            &format!(
                "Poor or bad on {poor_days} of {days} days with {meetings} meetings. Minutes: {}; others in \
                 the same meetings: {}; {}.",
                shared(own),
                shared(others),
                team(profile)
            ),
        )?;
        let mut table = Columns::new([
            ("by", Align::Left),
            ("", Align::Left),
            ("joins", Align::Right),
            ("minutes", Align::Right),
            ("poor", Align::Right),
        ]);
        let mut last = "";
        for group in &profile.by {
            let what = if group.what == last { "" } else { group.what };
            last = group.what;
            let value = group.value.as_deref().unwrap_or("not known");
            table.row([
                what.replace('_', " "),
                Shown(value).to_string(),
                group.joins.to_string(),
                group.share.judged.to_string(),
                percent(group.share.share),
            ]);
        }
        table.write(self.out, self.width, self.may_style)
    }

    fn incident(
        &mut self,
        place: usize,
        incident: &Told,
        (from, to): (Timestamp, Timestamp),
    ) -> io::Result<()> {
        let zone = self.zone;
        let time = |at: Timestamp| {
            if zone.same_day(from, to) && zone.same_day(at, from) {
                zone.time(at)
            } else {
                zone.date_and_time(at)
            }
        };
        let people: std::collections::BTreeSet<_> =
            incident.participants.iter().map(|hurt| &hurt.person).collect();
        let heading = format!(
            "{}, {} to {}: {}, {:.0} % sure; {} of {}",
            incident.cause,
            time(incident.from),
            time(incident.to),
            incident.summary,
            incident.probability * 100.0,
            count(number(incident.participants.len()), "join", "joins"),
            count(number(people.len()), "person", "people")
        );
        self.paragraph(&format!("{place}. "), &heading)?;
        for (lead, sentences) in [
            ("   for      ", &incident.evidence_for),
            ("   against  ", &incident.evidence_against),
            ("   decides  ", &incident.would_decide),
        ] {
            for sentence in sentences.iter().take(SENTENCES) {
                self.paragraph(lead, &Shown(sentence).to_string())?;
            }
        }
        self.paragraph("   next     ", incident.next)
    }

    fn others(&mut self, incidents: &[Told]) -> io::Result<()> {
        let mut table = Columns::new([
            ("also", Align::Left),
            ("", Align::Left),
            ("from", Align::Right),
            ("to", Align::Right),
            ("sure", Align::Right),
        ]);
        for incident in incidents {
            table.row([
                incident.cause.to_owned(),
                Shown(&incident.scope.name).to_string(),
                self.zone.date_and_time(incident.from),
                self.zone.date_and_time(incident.to),
                format!("{:.0} %", incident.probability * 100.0),
            ]);
        }
        table.write(self.out, self.width, self.may_style)
    }

    /// What stays unknown, and what the answer rests on.
    fn unknown(&mut self, answer: &Answer) -> io::Result<()> {
        let unexplained = &answer.unexplained;
        if let Some(reason) = &unexplained.reason {
            let text = format!("{} poor minutes. {reason}", unexplained.poor_minutes);
            self.paragraph("unexplained  ", &text)?;
        }
        let direction = &answer.direction;
        let input = match (direction.input, direction.basis) {
            ("unknown", _) => {
                "not known which of input and output is sent, so that causes on one way \
                               alone can't be told; `input` of `[quality]` can say it"
                    .to_owned()
            }
            (input, "setting") => format!("input is {input}, by the settings"),
            (input, _) => {
                let (sent, received) = direction.voices;
                format!(
                    "input is {input}: {} of {} meetings show it",
                    sent.max(received),
                    sent + received
                )
            }
        };
        let way = |name: &str, minutes: Option<StreamMinutes>| {
            minutes.map_or_else(String::new, |minutes| {
                let share = f64::from(minutes.poor) / f64::from(minutes.judged) * 100.0;
                format!(
                    "; {name}: {} of {} stream minutes poor ({share:.1} %)",
                    minutes.poor, minutes.judged
                )
            })
        };
        let text = format!(
            "{input}{}{}",
            way("sent", direction.sent),
            way("received", direction.received)
        );
        self.paragraph("direction    ", &text)?;
        let sites = &answer.sites;
        let mut text = format!("known of {} joins, unknown of {}", sites.known, sites.unknown);
        match &sites.map {
            None => text.push_str("; no site map: places are public addresses"),
            Some(map) => {
                let networks: Vec<String> = (map.missing_networks.iter().take(5))
                    .map(|of| format!("{} ({})", of.network, of.joins))
                    .collect();
                if !networks.is_empty() {
                    text.push_str("; the map lacks, or homes are, ");
                    text.push_str(&networks.join(", "));
                }
            }
        }
        self.paragraph("sites        ", &text)?;
        let coverage = match &answer.coverage {
            None => "not known: of this time nothing was collected by `zqos collect`".to_owned(),
            Some(of) => format!(
                "{} of {} meetings complete and {} not obtainable, {} of {} joins, {} of {} minutes{}",
                of.complete_meetings,
                of.meetings,
                of.not_obtainable_meetings,
                of.participants_got,
                of.participants_expected,
                of.minutes_got,
                of.minutes_expected,
                if of.holes + of.unlisted_days > 0 { "; see `zqos status`" } else { "" }
            ),
        };
        self.paragraph("coverage     ", &coverage)?;
        self.paragraph("times        ", &self.zone.name())
    }
}

fn team(profile: &Profile) -> String {
    match (&profile.team_name, &profile.team) {
        (Some(name), Some(share)) => format!("the others of {}: {}", Shown(name), shared(share)),
        _ => "team: no people file that knows it".to_owned(),
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn shared(share: &Share) -> String {
    format!("{} of {} poor ({})", share.poor, share.judged, percent(share.share))
}
