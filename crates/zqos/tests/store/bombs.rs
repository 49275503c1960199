//! Files that were made to hurt, and files that were cut off: memory stays bounded, and what is good is
//! taken.

use std::io::Write as _;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{MEETING, REPORT, World, said};

/// Imports a file with this much memory at most, in MiB.
#[cfg(target_os = "linux")]
fn import_within(world: &World, mebibytes: u64, file: &str) -> Output {
    let zqos = env!("CARGO_BIN_EXE_zqos");
    let limit = mebibytes << 10;
    let script =
        format!("ulimit -v {limit} && exec '{zqos}' import '{file}' --meeting '{MEETING}'");
    std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(world.path())
        .env_clear()
        .env("ZQOS_STORE", world.path().join("store"))
        .output()
        .unwrap()
}

fn import(world: &World, file: &str) -> Output {
    world.run(&["import", file, "--meeting", MEETING])
}

fn packed(write: impl FnOnce(&mut GzEncoder<Vec<u8>>)) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    write(&mut gzip);
    gzip.finish().unwrap()
}

fn line() -> String {
    REPORT.replace('\n', " ")
}

#[test]
fn a_line_that_is_cut_off_costs_that_line_and_is_named() {
    let world = World::new();
    let line = line();
    let others: Vec<String> = (0..4)
        .map(|join| line.replace("16778240", &format!("{}", 16_778_240 + join * 1_024)))
        .collect();
    let cut = |at: usize| &line[..at];
    let ends = [line.find("\"user_qos\"").unwrap() + 13, line.find("126").unwrap(), 30, 1];
    for end in ends {
        let text = format!("{}\r\n{}\r\n{}\r\n", others[0], cut(end), others[1]);
        world.write("cut.ndjson", &text);
        world.write("cut.ndjson.gz", packed(|gzip| gzip.write_all(text.as_bytes()).unwrap()));
        for file in ["cut.ndjson", "cut.ndjson.gz"] {
            let output = import(&world, file);
            assert_eq!(output.status.code(), Some(3), "{}", said(&output));
            let told = said(&output);
            assert!(told.starts_with(&format!("{file}, document 2 (line 2): no JSON: ")), "{told}");
            assert!(told.contains("2 reports: 6 stream samples"), "{told}");
        }
    }
    // What was being written when the disk was full.
    world.write("last.ndjson", format!("{}\n{}\n{}", others[2], others[3], cut(ends[1])));
    let output = import(&world, "last.ndjson");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(world.sql("SELECT count(*) AS n FROM participants"), "n\n4\n");
}

#[test]
fn a_gzip_file_that_is_cut_off_gives_what_came_before() {
    let world = World::new();
    // What repeats nothing is packed into several blocks.
    let noise: String =
        (0..40_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
    let text = format!("{}\n{{\"noise\": \"{noise}\"}}\n", line());
    let whole = packed(|gzip| gzip.write_all(text.as_bytes()).unwrap());
    world.write("cut.gz", &whole[..whole.len() - 20]);
    let output = import(&world, "cut.gz");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("what came before is in the store"), "{}", said(&output));
    assert_eq!(world.sql("SELECT count(*) AS n FROM stream_samples"), "n\n3\n");
}

#[test]
fn odd_documents_are_told_and_the_next_is_read() {
    let world = World::new();
    let good = line();
    let huge = format!("{}{}", "9".repeat(100_000), "e999999");
    for (odd, reason) in [
        ("[".repeat(10_000), "its brackets are nested more than 127 deep"),
        ("{\"a\":".repeat(10_000), "its brackets are nested more than 127 deep"),
        (format!("{{\"a\": [{huge}]}}"), "odd.ndjson, document 2: "),
        ("\0\0\0".to_owned(), "no JSON: expected an object or an array"),
        (
            format!("{{\"user_qos\": [], \"x\": \"{}\"}}", '\0'),
            "a control character stands within a text",
        ),
        (huge.clone(), "no JSON: expected an object or an array"),
        ("{\"a\": tru}".to_owned(), "no JSON"),
        ("{\"a\": \"\\ud800\"}".to_owned(), "odd.ndjson, document 2: "),
    ] {
        world.write("odd.ndjson", format!("\u{feff}{good}\n{odd}\n{good}\n"));
        let output = import(&world, "odd.ndjson");
        let shown = &odd[..odd.len().min(20)];
        assert_eq!(output.status.code(), Some(3), "{shown}: {}", said(&output));
        let told = said(&output);
        assert!(told.contains(reason), "{shown}: {told}");
        assert!(told.contains("2 reports: 6 stream samples"), "{shown}: {told}");
        assert!(told.len() < 1_000, "{shown}: {} bytes were told", told.len());
    }
    let mut latin = good.into_bytes();
    let name = latin.windows(4).position(|four| four == b"Jill").unwrap();
    latin[name] = 0xe9;
    world.write("latin.json", latin);
    let output = import(&world, "latin.json");
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("it is no UTF-8 text"), "{}", said(&output));
}

#[test]
fn members_that_come_twice_do_not_double_and_do_not_hurt() {
    let world = World::new();
    let twice = line().replacen('{', "{\"user_id\": \"1\", \"user_qos\": [], ", 1);
    world.write("twice.json", twice);
    let output = import(&world, "twice.json");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // The first counts, and all stand in the text.
    assert_eq!(world.sql("SELECT user_id FROM participants"), "user_id\n1\n");
    let kept = world.sql("SELECT count(*) AS n FROM zoom_raw WHERE body LIKE '%16778240%'");
    assert_eq!(kept, "n\n1\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_is_no_more_than_a_wrong_line() {
    let world = World::new();
    let line = format!("{}\n", line());
    // A line of two gibibytes, in members of one mebibyte each.
    let mut huge = packed(|gzip| gzip.write_all(format!("{line}{{\"a\": \"").as_bytes()).unwrap());
    let zeros = packed(|gzip| gzip.write_all(&vec![b'0'; 1 << 20]).unwrap());
    huge.extend(zeros.repeat(2_048));
    world.write("huge.gz", huge);
    let output = import_within(&world, 1_500, "huge.gz");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("more than 400 times its size"), "{}", said(&output));
    assert_eq!(world.sql("SELECT count(*) AS n FROM stream_samples"), "n\n3\n");
    // Many small members, which are good.
    let member = packed(|gzip| gzip.write_all(line.as_bytes()).unwrap());
    world.write("many.gz", member.repeat(2_000));
    let output = import_within(&world, 1_500, "many.gz");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("2000 reports"), "{}", said(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_that_is_too_long_is_passed_over() {
    let world = World::new();
    let mut text = format!("{}\n{{\"a\": \"", line()).into_bytes();
    text.resize(300 << 20, b'x');
    text.extend_from_slice(b"\"}\n");
    text.extend_from_slice(line().replace("16778240", "16779264").as_bytes());
    world.write("long.ndjson", text);
    let output = import_within(&world, 2_000, "long.ndjson");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("document 2 (line 2): it is longer than"), "{}", said(&output));
    assert!(said(&output).contains("2 reports"), "{}", said(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_million_documents_take_no_more_memory_than_one() {
    let world = World::new();
    let ten_thousand = packed(|gzip| {
        for number in 0..10_000 {
            writeln!(gzip, "{{\"event\":\"meeting.sharing_started\",\"n\":{number}}}").unwrap();
        }
    });
    world.write("many.ndjson.gz", ten_thousand.repeat(100));
    let output = import_within(&world, 1_500, "many.ndjson.gz");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("1000000 `meeting.sharing_started`"), "{}", said(&output));
}
