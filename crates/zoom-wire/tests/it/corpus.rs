//! The corpus of the fuzz targets, replayed: whatever once made a decoder stumble, and the shapes
//! that mutation starts from. The targets themselves are in `fuzz/`.

use std::path::Path;

use zoom_wire::check;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut replayed = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        println!("replaying {}", path.display());
        check(&std::fs::read(&path).unwrap());
        replayed += 1;
    }
    assert!(replayed > 0, "an empty corpus tests nothing: {}", folder.display());
}

#[test]
fn reports() {
    replay("report", check::report);
}

#[test]
fn pages() {
    replay("page", check::page);
}

#[test]
fn events() {
    replay("event", check::event);
}

#[test]
fn questions() {
    replay("question", check::question);
}

#[test]
fn phone() {
    replay("phone", check::phone);
}

#[test]
fn errors() {
    replay("error", check::error);
}

#[test]
fn values() {
    replay("value", check::value);
}

mod mutated {
    use proptest::prelude::*;
    use zoom_wire::check;

    use crate::fixtures::fixture;

    const QUESTION: &str = include_str!("../../../../fuzz/corpus/question/question.json");
    const JOINED: &str = include_str!("../../../../fuzz/corpus/event/participant_joined.json");

    /// A fixture with some bytes overwritten, removed or inserted.
    fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
        let edit = (any::<proptest::sample::Index>(), any::<u8>(), 0..3_u8);
        proptest::collection::vec(edit, 1..12).prop_map(move |edits| {
            let mut bytes = text.as_bytes().to_vec();
            for (place, byte, kind) in edits {
                let at = place.index(bytes.len());
                match kind {
                    0 => bytes[at] = byte,
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, br#"{}[]",:\-0 "#[usize::from(byte) % 11]),
                }
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn reports(body in mutated(fixture!("get_meeting_participant_qos.seed"))) {
            check::report(&body);
        }

        #[test]
        fn pages(body in mutated(fixture!("list_meeting_participants_qos"))) {
            check::page(&body);
        }

        #[test]
        fn events(body in mutated(fixture!("meeting.participant_qos"))) {
            check::event(&body);
        }

        #[test]
        fn comings(body in mutated(JOINED)) {
            check::event(&body);
        }

        #[test]
        fn questions(body in mutated(QUESTION)) {
            check::question(&body);
        }

        #[test]
        fn settings(body in mutated(fixture!("meeting.participant_data"))) {
            check::event(&body);
        }

        #[test]
        fn call_logs(body in mutated(fixture!("list_call_logs"))) {
            check::phone(&body);
        }

        #[test]
        fn call_qos(body in mutated(fixture!("get_call_qos"))) {
            check::phone(&body);
        }

        #[test]
        fn calls(body in mutated(fixture!("phone.call_qos"))) {
            check::event(&body);
        }
    }
}
