//! `zqos participants`: who took part in a meeting, a row for each join.

use zoom_wire::participant::{ListParticipants, Participant};
use zqos_core::{MeetingUuid, ParticipantId, Shown};

use crate::cli::{Format, Participants};
use crate::command::resolve::{Meant, mentions};
use crate::command::{Missing, refuse_raw, row_form};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::columns::{Align, Columns};
use crate::output::json::MergedPages;
use crate::output::rows::{Cell, Part, RowWriter};
use crate::session::Session;

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
    use Align::{Left, Right};

    let meant = Meant::read(&args.which, &session.zone)?;
    let mut output = Output::new();
    let format = output.format(session.format);
    refuse_raw(format, "take `--format json`")?;
    let asker = session.asker()?;
    let meant = meant.find_instance(&asker, &session.zone).await?;
    let meant = meant.settle(&asker, &session.zone).await?;
    let (_, (mut pages, mut next)) = meant
        .ask(|when| {
            let listing = ListParticipants::new(meant.meeting.clone()).kind(meant.kind).when(when);
            let mut pages = asker.pages(listing);
            async move {
                let first = pages.next().await.transpose()?;
                Ok((pages, first))
            }
        })
        .await?;
    let mut missing = Missing::default();
    let mut table = Columns::new([
        ("participant", Right),
        ("name", Left),
        ("e-mail", Left),
        ("joined", Left),
        ("left", Left),
        ("network", Left),
        ("device", Left),
        ("location", Left),
        ("data centre", Left),
        ("why it ended", Left),
    ]);
    let mut rows: Option<RowWriter> = None;
    let mut merged: Option<MergedPages> = None;
    let (mut place, mut count) = (0_usize, 0_usize);
    while let Some(page) = next {
        let typed = page.rows().map_err(|error| page.raw().undecodable(error))?;
        for ((_, row), raw) in typed.into_iter().zip(page.raw_rows()) {
            let path = format!("$.participants[{place}]");
            place += 1;
            let participant = match row.as_object(|| path) {
                Ok(participant) if is_wanted(participant, args.person.as_deref()) => participant,
                Ok(_) => continue,
                Err(invalid) => {
                    missing.invalid(&invalid);
                    continue;
                }
            };
            count += 1;
            match row_form(format) {
                Some(form) => output.write(|out| {
                    let writer = match &mut rows {
                        Some(writer) => writer,
                        None => rows.insert(RowWriter::new(out, form, COLUMNS)?),
                    };
                    write_row(out, writer, &asker.account, &meant, participant)
                })?,
                None if format == Format::Table => table.row(line(session, participant)),
                None => output.write(|out| {
                    let merged = match &mut merged {
                        Some(merged) => merged,
                        None => {
                            let new = MergedPages::new(Some("participants".to_owned()));
                            let merged = merged.insert(new);
                            let frame = page.frame();
                            let members = frame.envelope.iter();
                            merged
                                .begin(out, members.map(|(name, value)| (&**name, value.get())))?;
                            merged
                        }
                    };
                    merged.row(out, raw.get())
                })?,
            }
        }
        next = pages.next().await.transpose()?;
    }
    let (width, may_style) = (output.width(), output.may_style());
    output.write(|out| match (row_form(format), merged) {
        (Some(form), _) if rows.is_none() => RowWriter::new(out, form, COLUMNS).map(drop),
        (Some(_), _) => Ok(()),
        (None, _) if format == Format::Table => {
            if count > 0 {
                table.write(out, width, may_style)?;
                writeln!(out)?;
            }
            let plural = if count == 1 { "" } else { "s" };
            writeln!(out, "{count} join{plural}; times are of {}", session.zone.name())
        }
        (None, Some(merged)) => merged.end(out),
        (None, None) => out.write_all(b"{\n  \"participants\": []\n}\n"),
    })?;
    output.finish()?;
    missing.compare(pages.given(), pages.total_records());
    Ok(missing.tell())
}

fn is_wanted(participant: &Participant<'_>, person: Option<&str>) -> bool {
    person.is_none_or(|person| {
        mentions(person, [participant.user_name.get(), participant.email.get()])
    })
}

fn write_row(
    out: &mut dyn std::io::Write,
    writer: &mut RowWriter,
    account: &str,
    meant: &Meant,
    participant: &Participant<'_>,
) -> std::io::Result<()> {
    let p = participant;
    let user_id = p.user_id.get();
    let person_id = p.participant_user_id.get().or_else(|| p.id.get());
    let internal = p.internal_ip_addresses.get().map(|list| list.0.join(";"));
    let [uuid, name, email, reason, ip, location, network, way, video_way, share_way, center] = [
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
    let [device, os, os_version, client, version, microphone, speaker, camera, role, status] = [
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
            Cell::Text(account),
            meant.uuid().map(MeetingUuid::as_str).into(),
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

fn line(session: &Session, participant: &Participant<'_>) -> Vec<String> {
    let p = participant;
    let zone = &session.zone;
    let shown = |field: &zoom_wire::field::Text<'_>| {
        field.get().map_or_else(String::new, |text| Shown(&text).to_string())
    };
    let (join, leave) = (p.join_time.get(), p.leave_time.get());
    let left = match (join, leave) {
        (Some(join), Some(leave)) if zone.same_day(join, leave) => zone.time(leave),
        (_, Some(leave)) => zone.date_and_time(leave),
        (_, None) => "still in".to_owned(),
    };
    vec![
        p.user_id.get().map_or_else(String::new, |id| id.to_string()),
        shown(&p.user_name),
        shown(&p.email),
        join.map_or_else(String::new, |join| zone.date_and_time(join)),
        left,
        [shown(&p.network_type), shown(&p.connection_type)].join(" ").trim().to_owned(),
        shown(&p.device),
        shown(&p.location),
        shown(&p.data_center),
        shown(&p.leave_reason),
    ]
}
