//! A request printed instead of sent. There is never a token in it.

use serde_json::json;
use url::Url;

use crate::cli::RequestForm;

/// Prints a request in a form that another tool sends.
pub(super) fn printed(form: RequestForm, name: &str, url: &Url) -> String {
    match form {
        RequestForm::Curl => curl(url),
        RequestForm::Postman => postman(name, url),
    }
}

/// The command takes the token from the environment through a header on standard input, so that
/// it does not show up in the list of processes.
fn curl(url: &Url) -> String {
    let mut address = url.clone();
    address.set_query(None);
    let mut command =
        "printf 'Authorization: Bearer %s' \"$ZOOM_ACCESS_TOKEN\" |\n  curl -sS -G -H @-"
            .to_owned();
    for (name, value) in url.query_pairs() {
        // The name is ours or the user's; the value is encoded by curl.
        command.push_str(" \\\n  --data-urlencode ");
        command.push_str(&quoted(&format!("{name}={value}")));
    }
    command.push_str(" \\\n  ");
    command.push_str(&quoted(address.as_str()));
    command.push('\n');
    command
}

/// Quotes a text for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// An item for a collection of the format v2.1: it may be imported by itself, or put into one.
fn postman(name: &str, url: &Url) -> String {
    let query: Vec<_> = url
        .query_pairs()
        .map(|(key, value)| json!({"key": escaped(&key), "value": escaped(&value)}))
        .collect();
    let path: Vec<_> = url.path_segments().into_iter().flatten().map(escaped).collect();
    let port = url.port().map_or(json!(null), |port| json!(port.to_string()));
    let mut location = json!({
        "raw": escaped(url.as_str()),
        "protocol": url.scheme(),
        "host": [url.host_str().unwrap_or_default()],
        "path": path,
        "query": query,
    });
    if !port.is_null() {
        location["port"] = port;
    }
    let item = json!({
        "name": name,
        "request": {
            "method": "GET",
            "header": [],
            "auth": {
                "type": "bearer",
                "bearer": [{"key": "token", "value": "{{accessToken}}", "type": "string"}],
            },
            "url": location,
        },
        "response": [],
    });
    format!("{item:#}\n")
}

/// Postman replaces `{{…}}`: what comes from a request must not look like it.
fn escaped(text: impl AsRef<str>) -> String {
    text.as_ref().replace("{{", "%7B%7B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curl_command_is_quoted_and_holds_no_token() {
        let url = "https://api.zoom.us/v2/metrics/meetings/a%2Fb'c/participants/1/qos?type=live";
        let url = Url::parse(url).unwrap();
        assert_eq!(
            printed(RequestForm::Curl, "x", &url),
            "printf 'Authorization: Bearer %s' \"$ZOOM_ACCESS_TOKEN\" |\n  \
             curl -sS -G -H @- \\\n  --data-urlencode 'type=live' \\\n  \
             'https://api.zoom.us/v2/metrics/meetings/a%2Fb'\\''c/participants/1/qos'\n"
        );
    }

    #[test]
    fn the_postman_item_has_the_parts_of_the_url() {
        let url = Url::parse("http://127.0.0.1:8601/v2/metrics/meetings/932?type=past").unwrap();
        let item: serde_json::Value =
            serde_json::from_str(&printed(RequestForm::Postman, "get", &url)).unwrap();
        let location = &item["request"]["url"];
        assert_eq!(location["path"], json!(["v2", "metrics", "meetings", "932"]));
        assert_eq!(location["query"], json!([{"key": "type", "value": "past"}]));
        assert_eq!((&location["host"], &location["port"]), (&json!(["127.0.0.1"]), &json!("8601")));
    }
}
