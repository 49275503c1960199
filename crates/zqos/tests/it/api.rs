//! `zqos api`: any GET request.

use serde_json::json as value;

use crate::support::{Zqos, answering, compact, error, json, paged, targets};

#[test]
fn a_path_and_its_parameters_arrive_as_they_are_meant() {
    for (args, target) in [
        (&["/metrics/crc"][..], "/v2/metrics/crc"),
        (&["metrics/crc"], "/v2/metrics/crc"),
        (
            &["/metrics/crc", "from=2026-01-01", "to=2026-01-02"],
            "/v2/metrics/crc?from=2026-01-01&to=2026-01-02",
        ),
        (&["/metrics/crc?from=2026-01-01", "to=x"], "/v2/metrics/crc?from=2026-01-01&to=x"),
        (&["/metrics/crc", "q=a b&c=d+e/é"], "/v2/metrics/crc?q=a%20b%26c%3Dd%2Be%2F%C3%A9"),
        (&["/metrics/crc", "empty="], "/v2/metrics/crc?empty="),
        (&["/metrics/a b/%252Fc%3D"], "/v2/metrics/a%20b/%252Fc%3D"),
    ] {
        let path = target["/v2".len()..].split('?').next().unwrap();
        let server = answering(path, json(r#"{"a":1}"#));
        Zqos::at(&server).run(["api"].iter().chain(args)).succeeds();
        assert_eq!(targets(&server), [target]);
    }
}

#[test]
fn json_is_the_answer_set_out_in_lines() {
    let body = r#"{"z":1.50e2,"a":[{"b":"\u00e9"}],"n":12345678901234567890123}"#;
    for body in [body, "[1,2]", "\"text\"", "7"] {
        let server = answering("/users/me", json(body));
        let run = Zqos::at(&server).run(["api", "/users/me"]).succeeds();
        assert_eq!(compact(run.text()), body);
    }
}

#[test]
fn raw_is_the_body_byte_for_byte() {
    let server = answering("/users/me", json("{ \"a\": \"\u{202e}\" } "));
    let run = Zqos::at(&server).run(["api", "/users/me", "--format", "raw"]).succeeds();
    assert_eq!(run.text(), "{ \"a\": \"\u{202e}\" } ");
}

#[test]
fn ndjson_is_a_row_a_line() {
    let body = "{\"page_size\":2,\"things\":[{\"a\": 1,\n \"b\":\"x\\ny\"},\n7]}";
    let server = answering("/things", json(body));
    let run = Zqos::at(&server).run(["api", "/things", "--format", "ndjson"]).succeeds();
    assert_eq!(run.rows(), [value!({"a": 1, "b": "x\ny"}), value!(7)]);
}

#[test]
fn ndjson_of_an_answer_without_rows_is_the_answer() {
    let server = answering("/metrics/quality", json("{\"quality\":\n{\"audio\": {\"good\":1}}}"));
    let run = Zqos::at(&server).run(["api", "/metrics/quality", "--format", "ndjson"]).succeeds();
    assert_eq!(run.rows(), [value!({"quality": {"audio": {"good": 1}}})]);
}

#[test]
fn all_follows_the_pages_with_the_same_parameters() {
    let pages: &[&[&str]] = &[&["{\"id\":1}", "{\"id\":2}"], &[], &["{\"id\":3}"]];
    let server = answering("/things", paged("things", 3, pages));
    let run = Zqos::at(&server).run(["api", "/things", "page_size=2", "--all"]).succeeds();
    assert_eq!(run.json()["things"], value!([{"id": 1}, {"id": 2}, {"id": 3}]));
    assert_eq!(run.json()["next_page_token"], "");
    assert_eq!(
        targets(&server),
        [
            "/v2/things?page_size=2",
            "/v2/things?page_size=2&next_page_token=token-of-page-1",
            "/v2/things?page_size=2&next_page_token=token-of-page-2",
        ]
    );
    let args = ["api", "/things", "--all", "--format", "ndjson"];
    let run = Zqos::at(&server).run(args).succeeds();
    assert_eq!(run.rows(), [value!({"id": 1}), value!({"id": 2}), value!({"id": 3})]);
}

#[test]
fn all_of_an_answer_without_pages_is_the_answer() {
    let server = answering("/metrics/quality", json(r#"{"quality":{"audio":{"good":1}}}"#));
    let run = Zqos::at(&server).run(["api", "/metrics/quality", "--all"]).succeeds();
    assert_eq!(run.json(), value!({"quality": {"audio": {"good": 1}}}));
    let args = ["api", "/metrics/quality", "--all", "--format", "ndjson"];
    let run = Zqos::at(&server).run(args).succeeds();
    assert_eq!(run.rows(), [value!({"quality": {"audio": {"good": 1}}})]);
}

#[test]
fn a_page_that_fails_leaves_what_came_before_and_is_incomplete() {
    let server = answering(
        "/things",
        vec![
            json(r#"{"next_page_token":"t","total_records":2,"things":[{"id":1}]}"#),
            error(502, 502, "Later."),
        ],
    );
    let run = Zqos::at(&server).run(["api", "/things", "--all"]).exits(3);
    run.explains(&["Zoom counts 2 rows", "GET ", "HTTP 502 ", "hint: ", "Incomplete: "]);
    assert_eq!(run.json()["things"], value!([{"id": 1}]));
}

#[test]
fn fewer_rows_than_zoom_counts_are_incomplete() {
    let server = answering("/things", paged("things", 2, &[&["{\"id\":1}"]]));
    let run = Zqos::at(&server).run(["api", "/things", "--all"]).exits(3);
    assert_eq!(run.stderr, "Zoom counts 2 rows, and gave 1\n");
}

#[test]
fn the_status_line_and_headers_are_shown_where_asked_for() {
    let server = answering("/users/me", json("{}").header("X-Zm-Trackingid", "v=2.0"));
    for args in
        [&["api", "/users/me", "--include"][..], &["api", "/users/me", "--include", "--all"]]
    {
        let run = Zqos::at(&server).run(args).exits(0);
        run.explains(&["HTTP 200 OK", "x-zm-trackingid: v=2.0"]);
    }
}

#[test]
fn a_failure_is_explained_like_any_other() {
    let server = answering("/users/eve", error(404, 1001, "User does not exist: eve."));
    Zqos::at(&server).run(["api", "/users/eve"]).fails(&[
        &format!("GET {}/v2/users/eve", server.url()),
        "HTTP 404 Not Found",
        "content-type: application/json",
        "Zoom says: code 1001: User does not exist: eve.",
    ]);
}

#[test]
fn what_is_no_path_or_parameter_is_refused() {
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", "a-token");
    for (args, reason) in [
        (&["https://evil.example/v2/users"][..], "is a URL"),
        (&["//evil.example/users"], "is a URL"),
        (&["/metrics/../users"], "can't be a part of a path"),
        (&["/metrics/%2e%2E/users"], "can't be a part of a path"),
        (&["/metrics/./users"], "can't be a part of a path"),
        (&["/metrics/crc", "from"], "`from` is not a query parameter"),
        (&["/metrics/crc", "--format", "csv"], "have no columns"),
        (&["/metrics/crc", "--format", "table"], "have no table"),
        (&["/metrics/crc", "--all", "--format", "raw"], "`--all` takes several"),
    ] {
        zqos.run(["api"].iter().chain(args)).refuses(reason);
    }
}
