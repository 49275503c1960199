//! `zqos participants`: who took part in a meeting, a row for each join.

use std::io::{self, Write};

use zoom_wire::participant::{ListParticipants, Participant};
use zqos_core::{MeetingUuid, ParticipantId, Shown};

use crate::cli::Participants;
use crate::command::resolve::{Meant, Typed, mentions};
use crate::command::{Missing, refuse_raw};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::columns::{Align, Columns};
use crate::output::listing::{ListedRow, Listing};
use crate::output::rows::{Cell, Part, RowWriter};
use crate::session::Session;
use crate::time::Zone;

const COLUMNS: [&str; 31] = [
    "account",
    "meeting_uuid",
    "user_id",
    "participant_uuid",
    "join_time",
    "person_id",
    "user_name",
    "email",
    "leave_time",
    "leave_reason",
    "ip_address",
    "internal_ip_addresses",
    "location",
    "network_type",
    "connection_type",
    "video_connection_type",
    "share_connection_type",
    "data_center",
    "device",
    "os",
    "os_version",
    "client",
    "version",
    "microphone",
    "speaker",
    "camera",
    "role",
    "status",
    "audio_quality",
    "video_quality",
    "share_quality",
];

pub(super) async fn run(session: &Session, args: &Participants) -> anyhow::Result<Exit> {
    let typed = Typed::read(&args.which, &session.zone)?;
    let output = Output::new();
    let format = output.format(session.format);
    refuse_raw(format, "take `--format json`")?;
    let asker = session.asker()?;
    let meant = typed.find(&asker, &session.zone).await?;
    let meant = meant.settle(&asker, &session.zone).await?;
    let (_, (mut pages, mut next)) = meant
        .ask_pages(&asker, |when| {
            ListParticipants::new(meant.meeting.clone()).kind(meant.kind).when(when)
        })
        .await?;
    let mut listing = Listing::new(output, format, &COLUMNS, table(), "participants");
    let mut missing = Missing::default();
    let mut place = 0_usize;
    while let Some(page) = next {
        let frame = page.frame();
        missing.page(&frame);
        let rows = page.rows().map_err(|error| page.raw().undecodable(error))?;
        for ((_, row), raw) in rows.into_iter().zip(page.raw_rows()) {
            let path = format!("$.participants[{place}]");
            place += 1;
            match row.as_object(|| path) {
                Ok(participant) if is_wanted(participant, args.person.as_deref()) => {
                    let row = ParticipantRow {
                        account: &asker.account,
                        meant: &meant,
                        zone: &session.zone,
                        participant,
                    };
                    listing.add(&frame, raw.get(), &row)?;
                }
                Ok(_) => {}
                Err(invalid) => missing.invalid(&invalid),
            }
        }
        next = missing.following(pages.next().await);
    }
    let count = listing.count();
    let plural = if count == 1 { "" } else { "s" };
    listing.end(&format!("{count} join{plural}; times are of {}", session.zone.name()))?;
    missing.compare(pages.given(), pages.total_records());
    Ok(missing.tell(&session.zone))
}

fn table() -> Columns {
    use Align::{Left, Right};

    Columns::new([
        ("participant", Right),
        ("name", Left),
        ("e-mail", Left),
        ("joined", Right),
        ("left", Right),
        ("network", Left),
        ("device", Left),
        ("location", Left),
        ("why it ended", Left),
    ])
}

fn is_wanted(participant: &Participant<'_>, person: Option<&str>) -> bool {
    person.is_none_or(|person| {
        mentions(person, [participant.user_name.get(), participant.email.get()])
    })
}

struct ParticipantRow<'r> {
    account: &'r str,
    meant: &'r Meant,
    zone: &'r Zone,
    participant: &'r Participant<'r>,
}

impl ListedRow for ParticipantRow<'_> {
    fn write_cells(&self, out: &mut dyn Write, writer: &mut RowWriter) -> io::Result<()> {
        let p = self.participant;
        let user_id = p.user_id.get();
        let person_id = p.participant_user_id.get().or_else(|| p.id.get());
        let internal = p.internal_ip_addresses.get().map(|list| list.0.join(";"));
        let [uuid, name, email, reason, ip, location, network, way, video_way, share_way, center] =
            [
                &p.participant_uuid,
                &p.user_name,
                &p.email,
                &p.leave_reason,
                &p.ip_address,
                &p.location,
                &p.network_type,
                &p.connection_type,
                &p.video_connection_type,
                &p.as_connection_type,
                &p.data_center,
            ]
            .map(zoom_wire::field::Field::get);
        let [device, os, os_version, client, version, microphone, speaker, camera, role, status] =
            [
                &p.device,
                &p.os,
                &p.os_version,
                &p.client,
                &p.version,
                &p.microphone,
                &p.speaker,
                &p.camera,
                &p.role,
                &p.status,
            ]
            .map(zoom_wire::field::Field::get);
        let [audio, video, share] = [&p.audio_quality, &p.video_quality, &p.screen_share_quality]
            .map(zoom_wire::field::Field::get);
        writer.row(
            out,
            &[Part::Cells(&[
                Cell::Text(self.account),
                self.meant.uuid().map(MeetingUuid::as_str).into(),
                user_id.as_ref().map(ParticipantId::as_str).into(),
                uuid.as_deref().into(),
                p.join_time.get().into(),
                person_id.as_deref().into(),
                name.as_deref().into(),
                email.as_deref().into(),
                p.leave_time.get().into(),
                reason.as_deref().into(),
                ip.as_deref().into(),
                internal.as_deref().into(),
                location.as_deref().into(),
                network.as_deref().into(),
                way.as_deref().into(),
                video_way.as_deref().into(),
                share_way.as_deref().into(),
                center.as_deref().into(),
                device.as_deref().into(),
                os.as_deref().into(),
                os_version.as_deref().into(),
                client.as_deref().into(),
                version.as_deref().into(),
                microphone.as_deref().into(),
                speaker.as_deref().into(),
                camera.as_deref().into(),
                role.as_deref().into(),
                status.as_deref().into(),
                audio.as_deref().into(),
                video.as_deref().into(),
                share.as_deref().into(),
            ])],
        )
    }

    fn add_line(&self, table: &mut Columns) {
        let (p, zone) = (self.participant, self.zone);
        let shown = |field: &zoom_wire::field::Text<'_>| {
            field.get().map_or_else(String::new, |text| Shown(&text).to_string())
        };
        let (join, leave) = (p.join_time.get(), p.leave_time.get());
        let left = match (join, leave) {
            (Some(join), Some(leave)) if zone.same_day(join, leave) => zone.time(leave),
            (_, Some(leave)) => zone.date_and_time(leave),
            (_, None) => "still in".to_owned(),
        };
        table.row([
            p.user_id.get().map_or_else(String::new, |id| id.to_string()),
            shown(&p.user_name),
            shown(&p.email),
            join.map_or_else(String::new, |join| zone.date_and_time(join)),
            left,
            [shown(&p.network_type), shown(&p.connection_type)].join(" ").trim().to_owned(),
            shown(&p.device),
            shown(&p.location),
            why(p),
        ]);
    }
}

/// Why a participant left, without the name that leads Zoom's sentence and the meeting that ends
/// it.
fn why(participant: &Participant<'_>) -> String {
    let reason = participant.leave_reason.get().unwrap_or_default();
    let name = participant.user_name.get().unwrap_or_default();
    let reason = reason.strip_prefix(&*name).unwrap_or(&reason).trim_start();
    let reason = reason.strip_suffix(" the meeting.").unwrap_or(reason);
    Shown(reason.strip_suffix(" from").unwrap_or(reason)).to_string()
}
