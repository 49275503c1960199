//! HTTP 429 of every kind.

use std::time::Duration;

use zqos_core::{Clock as _, SystemClock};
use zqos_replay::{Responder, Response};

use crate::support::{NUMBER, PERSON, Run, UUID, Zqos, answering, error, json, reporting};

const PER_SECOND: &str =
    "You have reached the maximum per-second rate limit for this API. Try again later.";
const PER_MINUTE: &str =
    "You have reached the maximum per-minute rate limit for this API. Try again later.";
const DAILY: &str = "You have reached the maximum daily rate limit for this API. Refer to the \
                     response header for details on when you can make another request.";

/// Asks for a report with no time to wait.
fn get(answer: impl Into<Responder>) -> (Run, usize) {
    let server = reporting(answer);
    let zqos = Zqos::at(&server).http("retry_for_s", 0.05);
    let run = zqos.run(["get", NUMBER, PERSON, "--type", "past"]);
    (run, server.requests().len())
}

#[test]
fn a_limit_by_the_second_says_when_it_opens() {
    for message in [PER_SECOND, PER_MINUTE, "Too Many Requests"] {
        let (run, asked) = get(error(429, 429, message));
        run.fails(&[
            "GET ",
            "HTTP 429 Too Many Requests",
            "content-type: ",
            &format!("Zoom says: code 429: {message}"),
            "hint: too many Heavy calls at once, by every app of the account together; they open \
             again within seconds",
        ]);
        assert_eq!(asked, 1, "a wait of a second is beyond the time given");
    }
}

#[test]
fn a_short_wait_that_the_server_asks_for_is_waited() {
    let mut refused = 0;
    let server = reporting(Responder::with(move |_| {
        refused += 1;
        if refused > 3 {
            return json("{}");
        }
        let opens = SystemClock.now().saturating_add(Duration::from_millis(50));
        error(429, 429, PER_SECOND).header("Retry-After", &opens.to_jiff().to_string())
    }));
    Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", "past"]).exits(0);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn an_instant_to_come_back_at_is_one_of_the_servers_clock() {
    let mut is_refused = false;
    let server = reporting(Responder::with(move |_| {
        if std::mem::replace(&mut is_refused, true) {
            return json("{}");
        }
        error(429, 429, PER_SECOND)
            .header("Date", "Fri, 01 Jan 2044 00:00:00 GMT")
            .header("Retry-After", "2044-01-01T00:00:01Z")
    }));
    Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", "past"]).exits(0);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_limit_that_opens_late_by_the_servers_word_says_when() {
    let (run, _) = get(error(429, 429, PER_SECOND).header("Retry-After", "500"));
    let run = run.fails(&["HTTP 429 ", "hint: too many Heavy calls at once"]);
    assert!(run.stderr.contains("they open again at 20"), "{run}");
    assert!(run.stderr.ends_with(" (UTC)\nFailed.\n"), "{run}");
}

#[test]
fn a_daily_limit_is_asked_once_and_says_when_it_opens() {
    // Zoom's own form, as an instant; and 00:00 UTC where it does not say.
    let headers = [
        ("X-RateLimit-Category", "Heavy"),
        ("X-RateLimit-Type", "Daily-limit"),
        ("X-RateLimit-Limit", "60000"),
        ("X-RateLimit-Remaining", "0"),
    ];
    let with_headers = headers
        .into_iter()
        .fold(error(429, 429, DAILY), |answer, (name, value)| answer.header(name, value));
    let opens = SystemClock.now().next_utc_midnight();
    let retry_after = opens.to_string();
    for answer in [
        error(429, 429, DAILY),
        with_headers.clone(),
        with_headers.clone().header("Retry-After", &retry_after),
        error(429, 429, DAILY).header("Retry-After", &retry_after),
        // Without a word: the headers tell.
        headers
            .into_iter()
            .fold(Response::new(429), |answer, (name, value)| answer.header(name, value)),
        // Nothing but a far instant.
        Response::new(429).header("Retry-After", "7200"),
    ] {
        let (run, asked) = get(answer);
        let run = run.fails(&[
            "GET ",
            "HTTP 429 Too Many Requests",
            "hint: the day's calls of the whole account are used up, by every app together; they \
             open again at 20",
        ]);
        assert!(run.stderr.contains("(UTC)\nFailed.\n"), "{run}");
        assert_eq!(asked, 1, "{run}");
    }
}

#[test]
fn when_a_daily_limit_opens_is_told_in_the_zone_of_the_user() {
    let server = reporting(error(429, 429, DAILY).header("Retry-After", "2099-06-01T00:00:00Z"));
    let zqos = Zqos::at(&server).env("TZ", "Europe/Berlin");
    let run = zqos.run(["get", NUMBER, PERSON]).exits(1);
    assert!(run.stderr.contains("they open again at 2099-06-01 02:00 (Europe/Berlin)\n"), "{run}");
}

#[test]
fn a_daily_limit_in_the_middle_of_a_walk_leaves_what_came() {
    let server = answering(
        &format!("/metrics/meetings/{}/participants", crate::support::UUID_IN_PATH),
        vec![
            json(r#"{"next_page_token":"t","total_records":2,"participants":[{"user_id":"1"}]}"#),
            error(429, 429, DAILY),
        ],
    );
    let args = ["participants", UUID, "--type", "past", "--format", "ndjson"];
    let run = Zqos::at(&server).run(args).exits(3);
    run.explains(&["HTTP 429 ", "hint: the day's calls of the whole account", "Incomplete: "]);
    assert_eq!(run.rows().len(), 1);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_listing_by_the_minute_says_so() {
    let server = answering("/metrics/meetings", error(429, 429, PER_MINUTE));
    let zqos = Zqos::at(&server).http("retry_for_s", 0.05);
    zqos.run(["meetings"]).fails(&[
        "hint: too many Resource-intensive calls at once, by every app of the account together; \
         they open again within a minute",
    ]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_request_that_is_under_way_already_is_told() {
    let message = "Too many concurrent requests. A request to x has already been made.";
    let (run, _) = get(error(429, 429, message));
    run.fails(&["HTTP 429 ", "Zoom says: code 429: Too many concurrent requests.", "hint: "]);
}

#[test]
fn a_server_that_asks_for_an_hour_is_not_waited_for() {
    let server = reporting(Response::new(503).header("Retry-After", "3600"));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON]);
    run.fails(&["HTTP 503 Service Unavailable", "retry-after: 3600", "hint: "]);
    assert_eq!(server.requests().len(), 1);
}
