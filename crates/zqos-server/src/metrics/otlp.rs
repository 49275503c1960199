//! The same metrics, sent: OTLP over HTTP, in JSON.
//!
//! **Source**: OpenTelemetry Protocol 1.9, "OTLP/HTTP" and "JSON Protobuf Encoding": 64-bit integers are texts there,
//! enumerations numbers.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Request, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;
use zqos_core::Timestamp;

use super::{Metric, measured};
use crate::access::{Fetch, Identity, Role};
use crate::server::Server;

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: u8 = 2;

/// Where metrics are sent.
#[derive(Debug)]
pub struct Export {
    /// The address, such as `https://otel.example.com/v1/metrics`.
    pub endpoint: Url,
    /// How long from one time to the next.
    pub interval: Duration,
    /// What is sent as `Authorization`, where that is asked for.
    pub authorization: Option<SecretString>,
    /// Who sends it.
    pub fetch: Arc<dyn Fetch>,
}

/// Metrics could not be sent.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error(transparent)]
    Fetch(#[from] crate::access::FetchError),
    #[error("the request can't be made")]
    Request(#[from] axum::http::Error),
    #[error("the collector answers with the status {0}")]
    Refused(u16),
}

impl Server {
    /// Sends the metrics of all accounts, as a viewer sees them, again and again. What can't be sent is told in the log, and
    /// the next ones are sent all the same: they have it all.
    pub async fn export(self: Arc<Self>, export: Export) {
        let since = self.now();
        loop {
            match self.send(&export, since).await {
                Ok(()) => tracing::debug!("metrics were sent"),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "metrics can't be sent"
                    );
                }
            }
            tokio::time::sleep(export.interval).await;
        }
    }

    async fn send(self: &Arc<Self>, export: &Export, since: Timestamp) -> Result<(), NotSent> {
        let accounts = self.settings.accounts.clone();
        let who = Identity { name: "otlp".to_owned(), role: Role::Viewer, accounts };
        let metrics = measured(self, &who).await;
        let body = body(&metrics, since, self.now()).to_string();
        let mut request = Request::post(export.endpoint.as_str())
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = &export.authorization {
            let mut shown = HeaderValue::from_str(authorization.expose_secret())
                .map_err(axum::http::Error::from)?;
            shown.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, shown);
        }
        let answer = export.fetch.fetch(request.body(body.into())?).await?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(NotSent::Refused(status.as_u16())) }
    }
}

fn attribute(name: &str, value: &str) -> Value {
    json!({ "key": name, "value": { "stringValue": value } })
}

fn nanoseconds(at: Timestamp) -> String {
    format!("{}000000", at.unix_millis().max(0))
}

fn body(metrics: &[Metric], since: Timestamp, now: Timestamp) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let metrics: Vec<Value> = metrics.iter().map(|metric| told(metric, since, now)).collect();
    json!({ "resourceMetrics": [{
        "resource": {
            "attributes": [attribute("service.name", "zqos"), attribute("service.version", version)],
        },
        "scopeMetrics": [{ "scope": { "name": "zqos", "version": version }, "metrics": metrics }],
    }] })
}

fn told(metric: &Metric, since: Timestamp, now: Timestamp) -> Value {
    let points: Vec<Value> = (metric.samples.iter())
        .map(|(labels, value)| {
            let attributes: Vec<Value> =
                labels.iter().map(|(name, value)| attribute(name, value)).collect();
            let mut point = json!({
                "attributes": attributes,
                "timeUnixNano": nanoseconds(now),
                "asInt": value.to_string(),
            });
            if metric.is_counter {
                point["startTimeUnixNano"] = nanoseconds(since).into();
            }
            point
        })
        .collect();
    let mut told = json!({
        "name": metric.full_name(),
        "description": metric.help,
        "unit": metric.unit(),
    });
    if metric.is_counter {
        told["sum"] = json!({
            "aggregationTemporality": CUMULATIVE, "isMonotonic": true, "dataPoints": points,
        });
    } else {
        told["gauge"] = json!({ "dataPoints": points });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_texts_and_counters_say_since_when() {
        let metrics = [
            Metric {
                name: "http_answers",
                help: "Answers".to_owned(),
                is_counter: true,
                is_seconds: false,
                samples: vec![(vec![("status", "2xx".to_owned())], 7)],
            },
            Metric {
                name: "newest_join_timestamp",
                help: "When".to_owned(),
                is_counter: false,
                is_seconds: true,
                samples: vec![(Vec::new(), 1_764_000_000)],
            },
        ];
        let [since, now] =
            ["2026-11-24T12:00:00Z", "2026-11-24T12:01:00Z"].map(|at| at.parse().unwrap());
        let told = body(&metrics, since, now);
        let metrics = &told["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
        assert_eq!(
            metrics[0],
            json!({
                "name": "zqos_http_answers_total", "description": "Answers", "unit": "1",
                "sum": {
                    "aggregationTemporality": 2,
                    "isMonotonic": true,
                    "dataPoints": [{
                        "attributes": [{ "key": "status", "value": { "stringValue": "2xx" } }],
                        "startTimeUnixNano": "1795521600000000000",
                        "timeUnixNano": "1795521660000000000",
                        "asInt": "7",
                    }],
                },
            })
        );
        assert_eq!(
            metrics[1],
            json!({
                "name": "zqos_newest_join_timestamp_seconds", "description": "When", "unit": "s",
                "gauge": { "dataPoints": [{
                    "attributes": [], "timeUnixNano": "1795521660000000000", "asInt": "1764000000",
                }] },
            })
        );
    }
}
