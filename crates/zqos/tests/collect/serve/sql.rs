//! Queries in SQL, sent to the server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::http::{Answer, Request};
use super::{Served, world};

const ENDLESS: &str =
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";

fn body(sql: &str) -> String {
    json!({ "sql": sql }).to_string()
}

impl Served {
    fn query(&self, who: &str, sql: &str) -> Answer {
        self.query_as(who, sql, "application/json")
    }

    fn query_as(&self, who: &str, sql: &str, accept: &str) -> Answer {
        let body = body(sql);
        let request = Request::post("/api/v1/sql", &body).with("content-type", "application/json");
        self.ask(request.with("accept", accept).basic(who))
    }

    /// The processes that answer queries of this server.
    #[cfg(target_os = "linux")]
    fn children(&self) -> Vec<u32> {
        let own = self.process.id().to_string();
        let parent_of = |id: &str| {
            // What stands in brackets may have blanks in it.
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            Some(stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned())
        };
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().into_string().ok());
        ids.filter(|id| parent_of(id).is_some_and(|parent| parent == own))
            .filter_map(|id| id.parse().ok())
            .collect()
    }
}

#[test]
fn a_query_is_answered_as_on_the_command_line() {
    let served = Served::new("sql", &["--sql"]);
    assert_eq!(served.json("/api/v1/session")["sql_enabled"], true);
    for sql in [
        "SELECT 1 AS one, NULL AS nothing, 'x' AS text",
        "SELECT * FROM meetings ORDER BY meeting_uuid, start_time",
        "SELECT stream, count(*) AS n, avg(latency_ms) AS latency_ms FROM stream_samples GROUP BY stream ORDER BY stream",
        "SELECT verdict, count(*) AS n FROM audio_minutes GROUP BY verdict ORDER BY verdict",
        "SELECT user_name, internal_ip_addresses, join_time FROM participants ORDER BY join_time, user_id LIMIT 500",
        "SELECT topic FROM joined_samples WHERE false",
        "SELECT round(net_mos(150, 20, 1.5), 3) AS mos",
    ] {
        let answer = served.query(&served.analyst, sql);
        assert_eq!(answer.status, 200, "{sql}: {}", answer.text());
        assert_eq!(answer.header("x-zqos-truncated"), Some("false"));
        let told = answer.json();
        assert_eq!(told["rows"], world().sql(sql), "{sql}");
        assert_eq!(told["truncated"], false);
        for row in told["rows"].as_array().unwrap() {
            assert_eq!(row.as_object().unwrap().len(), told["columns"].as_array().unwrap().len());
        }
    }
    let told = served.query(&served.analyst, "SELECT 1 AS one, now() AS at, 'x' AS text").json();
    let kinds = |told: &Value| {
        told["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["type"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&told), ["integer", "instant", "text"]);
    let csv = served.query_as(&served.analyst, "SELECT '=1+1' AS a, 2 AS n", "text/csv");
    assert_eq!(
        (csv.text(), csv.header("content-type")),
        ("a,n\n'=1+1,2\n", Some("text/csv; charset=utf-8"))
    );
}

#[test]
fn of_more_rows_than_anybody_reads_the_first_are_told() {
    let served = Served::new("sql rows", &["--sql"]);
    let answer =
        served.query(&served.analyst, "SELECT value FROM generate_series(1, 60000) ORDER BY value");
    let told = answer.json();
    assert_eq!(
        (answer.header("x-zqos-truncated"), &told["truncated"]),
        (Some("true"), &json!(true))
    );
    assert_eq!(told["rows"].as_array().unwrap().len(), 50_000);
    // As few as they are, these have too many bytes.
    let wide = "SELECT value, repeat('x', 1000000) AS text FROM generate_series(1, 40)";
    let answer = served.query(&served.analyst, wide);
    let rows = answer.json()["rows"].as_array().unwrap().len();
    assert_eq!(answer.header("x-zqos-truncated"), Some("true"));
    assert!(answer.text().len() <= 16 << 20, "{rows} rows");
}

#[test]
fn whatever_is_no_question_to_the_tables_is_refused() {
    let served = Served::new("sql refusals", &["--sql"]);
    let told = |sql: &str| {
        let answer = served.query(&served.analyst, sql);
        assert_eq!(answer.status, 400, "{sql}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{sql}");
        answer.json()
    };
    for sql in [
        "",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 's3://bucket/x.parquet'",
        "SELECT * FROM 'https://example.com/x.csv'",
        "SELECT * FROM 'zqos://store/tables/participants/'",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "COPY (SELECT 1) TO '/tmp/zqos-copied.csv'",
        "SET datafusion.execution.batch_size = 1",
        "CREATE TABLE x (a INT)",
        "DROP TABLE stored.participants",
        "INSERT INTO stored.participants SELECT * FROM stored.participants",
        "SELECT 1; SELECT 2",
        "EXPLAIN SELECT 1",
        "SELECT * FROM system.files",
        "SELECT 1 / 0",
        "SELECT CAST('x' AS INT)",
    ] {
        assert!(told(sql)["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{sql}");
    }
    assert!(!std::path::Path::new("/tmp/zqos-copied.csv").exists());
    assert_eq!(
        told("SELECT latencyms FROM stream_samples")["place"],
        "SELECT latencyms FROM stream_samples\n       ^^^^^^^^^"
    );
    let nested = format!("SELECT {}1{}", "(".repeat(2_000), ")".repeat(2_000));
    assert!(told(&nested)["detail"].as_str().unwrap().contains("nested too deeply"));

    let ask = |kind: &str, body: &str| {
        let request = Request::post("/api/v1/sql", body).basic(&served.analyst);
        served.ask(request.with("content-type", kind)).status
    };
    assert_eq!(ask("text/plain", &body("SELECT 1")), 415);
    assert_eq!(ask("application/json; charset=utf-8", &body("SELECT 1")), 200);
    for wrong in
        ["", "SELECT 1", "{}", "{\"sql\": 1}", "{\"sql\": \"SELECT 1\", \"role\": \"admin\"}"]
    {
        assert_eq!(ask("application/json", wrong), 400, "{wrong}");
    }
    assert_eq!(ask("application/json", "{\"sql\": \"SELECT 1\", \"account\": \"other\"}"), 404);
    assert_eq!(ask("application/json", &body(&"x".repeat(1 << 20))), 413);
}

#[test]
fn queries_are_for_whoever_may_know_people_and_off_unless_wanted() {
    let served = Served::new("sql roles", &["--sql"]);
    assert_eq!(served.query(&served.viewer, "SELECT 1").status, 403);
    assert_eq!(served.get(&served.viewer, "/api/v1/session").json()["sql_enabled"], false);
    assert_eq!(served.query("nobody:nothing", "SELECT 1").status, 401);
    let off = Served::new("sql off", &[]);
    assert_eq!(off.query(&off.analyst, "SELECT 1").status, 404);
    assert_eq!(off.json("/api/v1/session")["sql_enabled"], false);
    let shared = Served::new("sql shared", &["--sql", "--share-safe"]);
    assert_eq!(shared.query(&shared.analyst, "SELECT 1").status, 403);

    // A page of another site can't send the header.
    let target = format!("/sign-in?code={}", served.code);
    let answer = served.ask(Request::get(&target));
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let body = body("SELECT 1");
    let post = || {
        Request::post("/api/v1/sql", &body)
            .with("content-type", "application/json")
            .with("cookie", &cookie)
    };
    assert_eq!(served.ask(post()).status, 403);
    assert_eq!(served.ask(post().with("x-zqos", "1")).status, 200);
}

#[test]
fn that_a_query_was_run_is_recorded_and_not_its_text() {
    use std::fmt::Write as _;

    use sha2::Digest as _;

    let served = Served::new("sql audit", &["--sql"]);
    let sql = "SELECT 'somebody@example.com' AS email";
    assert_eq!(served.query(&served.analyst, sql).status, 200);
    let digest = sha2::Sha256::digest(sql).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    let kept = super::audit();
    let line = kept.iter().find(|line| line["who"] == "sql audit analyst").unwrap();
    assert_eq!(line["what"], format!("/api/v1/sql sha256:{digest}"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_query_without_an_end_is_killed() {
    let served = Served::new("sql endless", &["--sql", "--sql-timeout", "1"]);
    for sql in [
        ENDLESS,
        "SELECT count(*) FROM generate_series(1, 1000000000000) a, generate_series(1, 1000000) b",
    ] {
        let answer = served.query(&served.analyst, sql);
        assert_eq!(answer.status, 503, "{sql}: {}", answer.text());
        assert!(answer.text().contains("stopped after 1 s"), "{}", answer.text());
        assert_eq!(served.children(), [0; 0], "{sql}");
    }
    assert_eq!(served.query(&served.analyst, "SELECT 1").status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn so_many_queries_run_at_once_and_none_for_who_has_left() {
    let served = Served::new("sql busy", &["--sql", "--sql-at-once", "1", "--sql-timeout", "600"]);
    let body = body(ENDLESS);
    let encoded =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &served.analyst);
    let mut waits = TcpStream::connect(&served.address).unwrap();
    let request = format!(
        "POST /api/v1/sql HTTP/1.1\r\nhost: {}\r\nauthorization: Basic {encoded}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        served.address,
        body.len()
    );
    waits.write_all(request.as_bytes()).unwrap();
    waits.set_nonblocking(true).unwrap();
    while served.children().is_empty() {
        let mut early = [0; 4_096];
        if let Ok(bytes) = waits.read(&mut early) {
            panic!("{}", String::from_utf8_lossy(&early[..bytes]));
        }
        std::thread::yield_now();
    }
    let answer = served.query(&served.analyst, "SELECT 1");
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")));
    // Others are answered all the while.
    assert_eq!(served.get(&served.analyst, "/api/v1/session").status, 200);
    drop(waits);
    while !served.children().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(served.query(&served.analyst, "SELECT 1").status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn a_query_that_needs_too_much_memory_ends_alone() {
    let served = Served::new("sql memory", &["--sql", "--sql-memory", "64"]);
    for sql in [
        // One text, of which the engine does not know beforehand how long it is.
        "SELECT length(repeat('x', 1500000000)) AS n",
        "SELECT length(string_agg(repeat('x', 1000000), '')) AS n FROM generate_series(1, 2000)",
        "SELECT array_agg(value) AS all FROM generate_series(1, 200000000)",
    ] {
        let answer = served.query(&served.analyst, sql);
        assert_eq!(answer.status, 507, "{sql}: {}", answer.text());
        assert!(answer.text().contains("more memory than 64 MiB"), "{}", answer.text());
    }
    // What can be spilt is.
    let sorted = "SELECT value, lpad(CAST(value AS VARCHAR), 64, 'x') AS padded \
                  FROM generate_series(1, 1500000) ORDER BY padded DESC";
    let answer = served.query(&served.analyst, sorted);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["rows"][0]["value"], 9);
    assert_eq!(served.get(&served.analyst, "/api/v1/session").status, 200);
}
