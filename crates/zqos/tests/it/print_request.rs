//! `zqos get --print-request`: the request for another tool, without a token in it.

use std::process::{Command, Stdio};

use zqos_replay::{Server, fixtures};

use crate::support::{
    NUMBER, PERSON, Run, TOKEN, UUID, Zqos, answering, json, report_path, skipped_without, targets,
};

/// Prints a request of this server, which must not be asked.
fn printed(server: &Server, args: &[&str], form: &str) -> Run {
    let args = [&["get"], args, &["--print-request", form]].concat();
    let asked = server.requests().len();
    let run = Zqos::at(server).run(args).succeeds();
    assert_eq!(server.requests().len(), asked, "nothing is sent");
    run
}

#[test]
fn the_curl_command_takes_the_token_from_the_environment() {
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN);
    let run = zqos.run(["get", NUMBER, PERSON, "--type", "past", "--print-request", "curl"]);
    assert_eq!(
        run.succeeds().text(),
        "printf 'Authorization: Bearer %s' \"$ZOOM_ACCESS_TOKEN\" |\n  \
         curl -sS -G -H @- \\\n  --data-urlencode 'type=past' \\\n  \
         'https://api.zoom.us/v2/metrics/meetings/93201235621/participants/1670000000/qos'\n"
    );
}

#[test]
fn curl_sends_what_the_program_would_send() {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        skipped_without("curl");
        return;
    }
    for (meeting, participant, path) in [
        (NUMBER, PERSON, report_path(NUMBER, PERSON)),
        (
            "/aj'X==",
            "a/b c[1-3]{x,y}",
            report_path("%252Faj%2527X%253D%253D", "a%2Fb%20c%5B1-3%5D%7Bx%2Cy%7D"),
        ),
        (
            UUID,
            "$(id)`id`\"\\ \n'",
            report_path("gm8s9L%2BPTEC%2BFG3sFbd1Cw%3D%3D", "%24%28id%29%60id%60%22%5C%20%0A%27"),
        ),
    ] {
        let server = answering(&path, json(fixtures::seed_report()));
        let command = printed(&server, &[meeting, participant, "--type", "past"], "curl");
        let output = Command::new("sh")
            .args(["-c", command.text()])
            .env("ZOOM_ACCESS_TOKEN", TOKEN)
            .env("NO_PROXY", "*")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), fixtures::seed_report(), "{command}");
        Zqos::at(&server).run(["get", meeting, participant, "--type", "past"]).succeeds();
        let [by_curl, by_zqos] = &server.requests()[..] else { panic!("{:?}", targets(&server)) };
        assert_eq!(by_curl.target, by_zqos.target);
        assert_eq!(by_curl.header("authorization"), by_zqos.header("authorization"));
    }
}

#[test]
fn the_postman_item_is_one() {
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN);
    let run = zqos.run(["get", UUID, PERSON, "--webinar", "--print-request", "postman"]);
    let item = run.succeeds().json();
    let request = &item["request"];
    assert_eq!(request["method"], "GET");
    assert_eq!(request["auth"]["type"], "bearer");
    assert_eq!(request["auth"]["bearer"][0]["value"], "{{accessToken}}");
    let url = &request["url"];
    assert_eq!((&url["protocol"], &url["host"][0]), (&"https".into(), &"api.zoom.us".into()));
    let path: Vec<&str> =
        url["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
    let uuid = "gm8s9L%2BPTEC%2BFG3sFbd1Cw%3D%3D";
    assert_eq!(path, ["v2", "metrics", "webinars", uuid, "participants", PERSON, "qos"]);
    assert_eq!(url["query"], serde_json::json!([{"key": "type", "value": "live"}]));
    assert!(item["name"].is_string() && item["response"].is_array(), "{item}");
}

#[test]
fn no_credential_is_needed() {
    for form in ["curl", "postman"] {
        Zqos::new().run(["get", NUMBER, PERSON, "--print-request", form]).succeeds();
    }
}

#[test]
fn everybody_and_summaries_are_requests_too() {
    let zqos = Zqos::new();
    let all = zqos.run(["get", UUID, "--type", "past", "--print-request", "curl"]).succeeds();
    for part in ["'type=past'", "'page_size=10'", "/participants/qos'"] {
        assert!(all.text().contains(part), "no `{part}`: {all}");
    }
    let summary = zqos.run(["get", UUID, "--summary", "--print-request", "curl"]).succeeds();
    assert!(summary.text().contains("/participants/qos_summary'"), "{summary}");
}

#[test]
fn a_sub_account_is_in_the_path() {
    let zqos = Zqos::new().config("[accounts.x]\naccess_token = 'a-token'\nsub_account = 'sub/1'");
    for form in ["curl", "postman"] {
        let run = zqos.run(["get", NUMBER, PERSON, "--print-request", form]).succeeds();
        assert!(run.text().contains("/v2/accounts/sub%2F1/metrics/meetings/"), "{run}");
    }
}

#[test]
fn nobody_can_be_looked_up_for_it() {
    for args in [&["--person", "Jill"][..], &[PERSON, "--at", "now"]] {
        let args = ["get", NUMBER].iter().chain(args).chain(&["--print-request", "curl"]);
        let run = Zqos::new().run(args).refuses("error: a printed request is not sent");
        run.explains(&["error: ", "hint: give the participant's id and the meeting's UUID"]);
    }
}
