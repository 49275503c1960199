//! What a failed request shows: what was asked, the status line, the headers, what Zoom said, a
//! hint, and `Failed.`

use zqos_replay::{Response, Routes, Server};

use crate::support::{
    NUMBER, PERSON, Run, Zqos, answering, error, json, reporting, serving, unknown_meeting,
    with_tokens,
};

/// Asks for a live report, whose answer is a failure, once.
fn failure(answer: Response) -> Run {
    failure_as("live", answer)
}

#[track_caller]
fn failure_as(when: &str, answer: Response) -> Run {
    let server = reporting(answer);
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", when]);
    assert_eq!(server.requests().len(), 1, "no failure but those of the server is retried: {run}");
    assert!(run.stdout.is_empty(), "{run}");
    run
}

#[test]
fn a_failure_is_told_in_this_order() {
    let answer = unknown_meeting().header("X-Zm-Trackingid", "v=2.0;clid=aw1");
    let server = reporting(answer);
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", "live"]).exits(1);
    let expected = format!(
        "GET {}/v2/metrics/meetings/93201235621/participants/1670000000/qos?type=live\n\
         HTTP 404 Not Found\n\
         content-type: application/json\n\
         x-zm-trackingid: v=2.0;clid=aw1\n\
         content-length: 70\n\
         Zoom says: code 3001: This meeting's detail info is not available.\n\
         hint: ended meetings need `--type past`; a past report can take 30 minutes to appear\n\
         Failed.\n",
        server.url()
    );
    assert_eq!(run.stderr, expected);
    assert!(run.stdout.is_empty());
}

#[test]
fn a_running_meeting_asked_for_as_past_needs_another_type() {
    let lines =
        ["GET ", "HTTP 404 Not Found", "content-type: ", "Zoom says: code 3001: ", "hint: "];
    let run = failure_as("past", unknown_meeting()).fails(&lines);
    assert!(run.stderr.contains("can take 30 minutes to appear"), "{run}");
    assert!(run.stderr.contains("a running meeting needs `--type live`"), "{run}");
}

#[test]
fn a_webinar_on_the_path_of_meetings_needs_an_option() {
    let run = failure(error(400, 300, "Can not access webinar info, 93201235621."));
    run.fails(&[
        "HTTP 400 Bad Request",
        "Zoom says: code 300: Can not access webinar info, 93201235621.",
        "hint: this is a webinar: add `--webinar`",
    ]);
}

#[test]
fn a_meeting_on_the_path_of_webinars_needs_no_option() {
    let path = format!("/metrics/webinars/{NUMBER}/participants/{PERSON}/qos");
    let server = answering(&path, error(400, 300, "Can not access meeting info, 93201235621."));
    Zqos::at(&server)
        .run(["get", NUMBER, PERSON, "--webinar"])
        .fails(&["hint: this is a meeting, not a webinar: leave `--webinar` out"]);
}

#[test]
fn a_meeting_of_last_year_is_too_old() {
    let run = failure_as("past", error(400, 12702, "Can not access a meeting a year ago."));
    run.fails(&["Zoom says: code 12702: ", "hint: Zoom forgets reports after a year"]);
}

#[test]
fn a_plan_without_dashboard_is_named() {
    for (code, message) in [
        (
            400,
            "This API is only available for ZMP and Business or higher accounts that have \
             enabled the Dashboard feature.",
        ),
        (200, "Only available for Paid user: 1"),
        (200, "Dashboard feature is not enabled."),
    ] {
        failure(error(400, code, message)).fails(&[
            &format!("Zoom says: code {code}: {message}"),
            "hint: the Dashboard belongs to the plans Business and higher",
        ]);
    }
}

#[test]
fn missing_scopes_are_named() {
    let message = "Invalid access token, does not contain scopes:\
                   [dashboard_meetings:read:admin, dashboard:read:admin].";
    failure(error(400, 4711, message)).fails(&[
        "HTTP 400 Bad Request",
        "Zoom says: code 4711: Invalid access token",
        "hint: give the app one of these scopes: `dashboard_meetings:read:admin`, \
         `dashboard:read:admin`",
    ]);
}

#[test]
fn missing_scopes_are_named_where_zoom_quotes_them_wrongly() {
    let body = r#"{"code":104,"message":"Invalid access token, does not contain scopes:["dashboard:read:admin"]."}"#;
    failure(Response::new(400).json(body)).fails(&[
        r#"Zoom says: code 104: Invalid access token, does not contain scopes:["dashboard:read:admin"]."#,
        "hint: give the app one of these scopes: `dashboard:read:admin`",
    ]);
}

#[test]
fn a_role_without_the_dashboard_is_forbidden() {
    failure(error(403, 403, "No permission.")).fails(&[
        "HTTP 403 Forbidden",
        "Zoom says: code 403: No permission.",
        "hint: the role of the app's user lacks the Dashboard",
    ]);
}

#[test]
fn a_wrong_parameter_is_named() {
    let body = r#"{"code":300,"message":"Validation Failed.","errors":[{"field":"type","message":"Invalid field."}]}"#;
    failure(Response::new(400).json(body)).fails(&[
        "Zoom says: code 300: Validation Failed.; `type`: Invalid field.",
        "hint: a parameter is wrong",
    ]);
}

#[test]
fn an_error_code_under_success_is_a_failure() {
    for (code, message) in [(300, "Can not access webinar info, 1."), (3001, "Unknown.")] {
        failure(error(200, code, message)).fails(&[
            "GET ",
            "HTTP 200 OK",
            "content-type: application/json",
            &format!("Zoom says: code {code}: {message}"),
            "hint: ",
        ]);
    }
}

#[test]
fn an_error_without_a_body_is_told_all_the_same() {
    failure(Response::new(418).reason("I'm a teapot"))
        .fails(&["HTTP 418 I'm a teapot", "the server says: HTTP 418 without a body"]);
}

#[test]
fn a_rejected_token_says_which_credential_it_was() {
    failure(error(401, 124, "Invalid access token.")).fails(&[
        "HTTP 401 Unauthorized",
        "Zoom says: code 124: Invalid access token.",
        "hint: the access token (ZOOM_ACCESS_TOKEN, or `access_token` of the account) is wrong",
    ]);
}

/// A server that gives tokens, and one report.
fn with_app(responder: impl Into<zqos_replay::Responder>) -> Server {
    let path = format!("/v2{}", crate::support::report_path(NUMBER, PERSON));
    serving(with_tokens(Routes::new()).on("GET", path, responder))
}

/// The methods of all requests.
fn methods(server: &Server) -> Vec<String> {
    server.requests().into_iter().map(|request| request.method).collect()
}

#[test]
fn an_expired_token_of_an_app_is_got_again_once() {
    let server = with_app(vec![error(401, 124, "Access token is expired."), json("{}")]);
    Zqos::app_at(&server).run(["get", NUMBER, PERSON, "--type", "live"]).exits(0);
    assert_eq!(methods(&server), ["POST", "GET", "POST", "GET"]);
    let asked = &server.requests()[0];
    assert_eq!(asked.target, "/oauth/token");
    assert_eq!(asked.body, b"grant_type=account_credentials&account_id=the-account");
}

#[test]
fn a_token_of_an_app_that_is_always_rejected_says_that_it_was_got_again() {
    let server = with_app(error(401, 124, "Invalid access token."));
    Zqos::app_at(&server).run(["get", NUMBER, PERSON]).fails(&[
        "GET ",
        "HTTP 401 Unauthorized",
        "hint: the token was refreshed once and the new one was rejected too",
    ]);
    assert_eq!(methods(&server), ["POST", "GET", "POST", "GET"]);
}

#[test]
fn a_wrong_app_is_told_by_the_token_endpoint() {
    for (answer, said, hint) in [
        (
            r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#,
            "error: no access token was given (HTTP 400): `invalid_client`: Invalid client_id or \
             client_secret",
            "hint: client id or client secret is wrong",
        ),
        (
            r#"{"reason":"unsupported grant type","error":"unsupported_grant_type"}"#,
            "error: no access token was given (HTTP 400): `unsupported_grant_type`",
            "hint: the app is not of the type server-to-server OAuth, or is not activated",
        ),
        (
            r#"{"reason":"Bad Request","error":"invalid_request"}"#,
            "error: no access token was given (HTTP 400): `invalid_request`: Bad Request",
            "hint: account id, client id and client secret must be those of one",
        ),
    ] {
        let server =
            serving(Routes::new().on("POST", "/oauth/token", Response::new(400).json(answer)));
        let token_url = format!("POST {}/oauth/token", server.url());
        let lines = [&*token_url, "HTTP 400 Bad Request", "content-type: ", said, hint];
        Zqos::app_at(&server).run(["get", NUMBER, PERSON]).fails(&lines);
        assert_eq!(methods(&server), ["POST"], "asked once, and nothing else");
    }
}

#[test]
fn a_token_answer_without_a_token_is_a_failure() {
    for answer in ["{}", "not JSON", r#"{"access_token":""}"#, r#"{"access_token":"two words"}"#] {
        let server = serving(Routes::new().on("POST", "/oauth/token", json(answer)));
        Zqos::app_at(&server).run(["get", NUMBER, PERSON]).fails(&[
            "POST ",
            "HTTP 200 OK",
            "error: no access token was given (HTTP 200)",
        ]);
    }
}

#[test]
fn server_errors_are_retried_and_then_told() {
    for (status, line) in [
        (500, "HTTP 500 Internal Server Error"),
        (502, "HTTP 502 Bad Gateway"),
        (503, "HTTP 503 Service Unavailable"),
        (408, "HTTP 408 Request Timeout"),
    ] {
        let server = reporting(error(status, 0, "Oops."));
        let zqos = Zqos::at(&server).http("tries", 3);
        zqos.run(["get", NUMBER, PERSON]).fails(&[
            "GET ",
            line,
            "content-type: ",
            "Zoom says: code 0: Oops.",
            "tried 3 times in ",
            "hint: Zoom has trouble; try again in a few minutes",
        ]);
        assert_eq!(server.requests().len(), 3);
    }
}

#[test]
fn a_server_that_recovers_is_no_failure() {
    let server = reporting(vec![
        error(500, 500, "Oops."),
        Response::new(503),
        Response::new(200).reset(),
        json("{}").cut_after(1),
        json(r#"{"user_name":"Jill"}"#),
    ]);
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "raw"]).succeeds();
    assert_eq!(run.text(), r#"{"user_name":"Jill"}"#);
}

#[test]
fn the_page_of_a_proxy_is_no_answer() {
    let page = "<!DOCTYPE html><html><head><title>Blocked</title></head>\
                <body><h1>Access denied</h1><p>by policy</p></body></html>";
    let html = |status| Response::new(status).header("Content-Type", "text/html").body(page);
    failure(html(200)).fails(&[
        "GET ",
        "HTTP 200 OK",
        "content-type: text/html",
        "error: the body is not JSON (line 1, column 1)",
        "hint: this did not come from Zoom's API: is ZOOM_API_BASE right",
    ]);
    let run = failure(html(403));
    run.fails(&[
        "HTTP 403 Forbidden",
        "content-type: text/html",
        "the server says: Blocked Access denied by policy",
    ]);
}

#[test]
fn what_is_not_json_is_a_failure() {
    for (body, said) in [
        ("hello", "error: the body is not JSON (line 1, column 1)"),
        ("", "error: the body is not JSON (line 1, column 0)"),
        ("{\"user_name\":\n\"Ji", "error: the body is not JSON (line 2, column 3)"),
        ("[1,2]", "error: the body is not a JSON object"),
        ("\"text\"", "error: the body is not a JSON object"),
    ] {
        failure(json(body)).fails(&["GET ", "HTTP 200 OK", "content-type: ", said, "hint: "]);
    }
    failure(json("").body(b"{\"user_name\":\"\xff\"}".to_vec()))
        .fails(&["error: the body is not text: byte 14 is not UTF-8"]);
}

#[test]
fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let elsewhere = reporting(json("{}"));
        let location = format!("{}/v2/other", elsewhere.url());
        failure(Response::new(status).header("Location", &location)).fails(&[
            &format!("HTTP {status} "),
            &format!("location: {location}"),
            "hint: redirects are not followed",
        ]);
        assert_eq!(elsewhere.connections(), 0);
    }
}

#[test]
fn every_command_explains_a_failure_so() {
    let server = Server::start(Routes::new().on(
        "GET",
        zqos_replay::Matcher::prefix("/v2/"),
        error(403, 403, "No."),
    ));
    let server = server.unwrap();
    for args in [
        &["get", NUMBER][..],
        &["get", NUMBER, "--person", "Jill"],
        &["get", NUMBER, PERSON, "--at", "yesterday"],
        &["get", NUMBER, "--summary"],
        &["meetings"],
        &["meetings", "--at", "now"],
        &["participants", NUMBER],
        &["api", "/users/me"],
        &["api", "/users/me", "--all"],
        &["auth", "check"],
    ] {
        for format in ["table", "json", "ndjson", "csv"] {
            if args[0] == "api" && matches!(format, "table" | "csv") {
                continue;
            }
            let run = Zqos::at(&server).run(args.iter().chain(&["--format", format]));
            run.fails(&["GET ", "HTTP 403 Forbidden", "content-type: ", "Zoom says: ", "hint: "]);
        }
    }
}
