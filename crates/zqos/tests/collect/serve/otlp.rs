//! Metrics that are sent, to a collector of this test's.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpListener;

use serde_json::Value;

use super::Served;
use super::http::Received;

#[test]
fn what_is_sent_is_what_is_scraped() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "Bearer s3cr3t\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let secret = secret.to_str().unwrap();
    let settings = folder.path().join("zqos.toml");
    let text = format!(
        "[serve.otlp]\nendpoint = \"http://{}/v1/metrics\"\nauthorization_file = {secret:?}\n",
        collector.local_addr().unwrap()
    );
    std::fs::write(&settings, text).unwrap();
    let served = Served::new("otlp", &["--config", settings.to_str().unwrap()]);

    let (mut socket, _) = collector.accept().unwrap();
    let received = Received::read(&socket);
    assert_eq!(received.head[0], "POST /v1/metrics HTTP/1.1");
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.header("authorization"), Some("Bearer s3cr3t"));
    socket
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        .unwrap();

    let sent: Value = serde_json::from_slice(&received.body).unwrap();
    let mut told = BTreeMap::new();
    for metric in sent["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap() {
        let name = metric["name"].as_str().unwrap();
        let points =
            metric["gauge"]["dataPoints"].as_array().or(metric["sum"]["dataPoints"].as_array());
        for point in points.unwrap() {
            let labels = point["attributes"].as_array().unwrap().iter().map(|label| {
                format!(
                    "{}=\"{}\"",
                    label["key"].as_str().unwrap(),
                    label["value"]["stringValue"].as_str().unwrap()
                )
            });
            let labels = labels.collect::<Vec<_>>().join(",");
            let key =
                if labels.is_empty() { name.to_owned() } else { format!("{name}{{{labels}}}") };
            told.insert(key, point["asInt"].as_str().unwrap().to_owned());
        }
    }
    let scraped = served.get(&served.viewer, "/metrics");
    let scraped: BTreeMap<String, String> = (scraped.text().lines())
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    // How much was answered has changed since.
    let same = |all: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        all.iter()
            .filter(|(key, _)| !key.contains("http_answers"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    assert_eq!(same(&told), same(&scraped));
    assert_eq!(told.keys().collect::<Vec<_>>(), scraped.keys().collect::<Vec<_>>());
    assert!(told.len() > 10, "{told:?}");
}
