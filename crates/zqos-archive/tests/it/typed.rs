//! Stores that have rows without their texts: those of earlier versions, and those that are pushed to.

use serde_json::Value;
use zoom_wire::Kind;
use zoom_wire::document::Document;
use zoom_wire::meeting::Meeting;
use zoom_wire::participant::Participant;
use zoom_wire::qos::ParticipantQos;
use zqos_core::{MeetingUuid, Origin};
use zqos_store::Batch;

use crate::world::{ACCOUNT, World, ask, encoded};

/// Members that columns have as Zoom does.
fn known(row: &Value, of: &[&str]) -> Vec<(String, Value)> {
    of.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect()
}

#[tokio::test]
async fn what_has_no_text_is_made_of_columns_and_spelt_as_zoom_spells_it() {
    let mut world = World::new().await;
    let list = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-18&page_size=1";
    let row = world.zoom(list).body["meetings"][0].clone();
    let uuid = MeetingUuid::new(row["uuid"].as_str().unwrap()).unwrap();
    let path = format!("/metrics/meetings/{}", encoded(uuid.as_str()));
    let [joins, reports] = [("", 300), ("/qos", 10)].map(|(part, size)| {
        let target = format!("{path}/participants{part}?type=past&page_size={size}");
        (target.clone(), world.zoom(&target).body)
    });

    let mut batch = Batch::new(ACCOUNT, "2026-11-20T12:00:00Z".parse().unwrap());
    let text = row.to_string();
    let meeting: Meeting<'_> = serde_json::from_str(&text).unwrap();
    batch.meeting(&meeting.to_record(Some(Kind::Meeting)).unwrap());
    let text = joins.1.to_string();
    for row in serde_json::from_str::<Document<'_>>(&text).unwrap().participant_rows() {
        let join: Participant<'_> = serde_json::from_str(row.get()).unwrap();
        batch.participant(&uuid, &join.to_record().unwrap());
    }
    let text = reports.1.to_string();
    for row in serde_json::from_str::<Document<'_>>(&text).unwrap().participant_rows() {
        let report: ParticipantQos<'_> = serde_json::from_str(row.get()).unwrap();
        let id = report.user_id.get().unwrap();
        let samples = report.samples("$");
        batch.participant(&uuid, &report.to_record().unwrap());
        for sample in &samples.streams {
            batch.stream_sample(&uuid, &id, Origin::Qss, sample);
        }
        for sample in &samples.devices {
            batch.device_sample(&uuid, &id, Origin::Qss, sample);
        }
    }
    world.store.append([batch]).await.unwrap();
    for is_committed in [false, true] {
        if is_committed {
            world.store.commit().await.unwrap();
        }
        let archive = world.archive().await;
        let members = [
            "uuid",
            "id",
            "topic",
            "host",
            "email",
            "dept",
            "start_time",
            "end_time",
            "participants",
            "audio_quality",
            "screen_share_quality",
        ];
        let listed = ask(&archive, list).await.body["meetings"][0].clone();
        assert_eq!(known(&listed, &members), known(&row, &members));
        let details = ask(&archive, &format!("{path}?type=past")).await.body;
        assert_eq!(known(&details, &members[..9]), known(&row, &members[..9]));
        assert_eq!(details.get("audio_quality"), None, "only lists have it");

        let members = [
            "id",
            "user_id",
            "participant_uuid",
            "user_name",
            "email",
            "device",
            "version",
            "ip_address",
            "internal_ip_addresses",
            "location",
            "network_type",
            "as_connection_type",
            "data_center",
            "join_time",
            "leave_time",
        ];
        let ours = ask(&archive, &joins.0).await.body;
        assert_eq!(ours["meeting_number"], joins.1["meeting_number"]);
        let rows = |answer: &Value| answer["participants"].as_array().unwrap().clone();
        assert_eq!(rows(&ours).len(), rows(&joins.1).len());
        let also = ["participant_user_id", "microphone", "leave_reason", "audio_quality"];
        for (ours, theirs) in rows(&ours).iter().zip(rows(&joins.1)) {
            assert_eq!(known(ours, &members), known(&theirs, &members));
            assert_eq!(known(ours, &also), known(&theirs, &also));
        }

        let ours = ask(&archive, &reports.0).await.body;
        for (ours, theirs) in rows(&ours).iter().zip(rows(&reports.1)) {
            assert_eq!(known(ours, &members), known(&theirs, &members));
            let also = ["health", "issue_list"];
            assert_eq!(known(ours, &also), known(&theirs, &also));
            assert_eq!(figures(ours), figures(&theirs));
            let user = ours["user_id"].as_str().unwrap();
            let single = format!("{path}/participants/{user}/qos?type=past");
            let (ours, theirs) = (ask(&archive, &single).await.body, world.zoom(&single).body);
            assert_eq!(figures(&ours), figures(&theirs));
            let also = ["microphone", "speaker", "camera", "meeting_number"];
            assert_eq!(known(&ours, &also), known(&theirs, &also));
        }
    }
}

/// The figures of a report, as they are read.
fn figures(report: &Value) -> String {
    let text = report.to_string();
    let report: ParticipantQos<'_> = serde_json::from_str(&text).unwrap();
    let samples = report.samples("$");
    assert!(samples.invalid.is_empty() && !samples.streams.is_empty());
    format!("{:?} {:?}", samples.streams, samples.devices)
}
