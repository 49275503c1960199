//! One call, from request to answer: limits, token, tries.

use std::sync::PoisonError;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;
use zoom_wire::rate_limit::{Label, Product, RateLimit, RetryAfter};
use zoom_wire::{ApiError, ApiErrorKind, Request};
use zqos_core::{Clock as _, Timestamp};

use crate::answer::RawAnswer;
use crate::builder::joined;
use crate::client::Shared;
use crate::credential::Grant;
use crate::error::{Cause, Error, ErrorKind, FailedResponse, TimeoutPhase};
use crate::limit::Spent;
use crate::retry::{Failure, Tries, Verdict};
use crate::token::{TokenAnswer, strike_out};
use crate::transport::{Head, HttpAnswer, HttpRequest, TransportError, TransportErrorKind};

/// The most of a token answer that is taken in; they are a few kilobytes.
const MAX_TOKEN_BODY: usize = 1 << 20;

/// One call under way.
pub(crate) struct Call<'c> {
    shared: &'c Shared,
    /// For the log.
    operation: &'static str,
    began: Instant,
    tries: Tries,
    token_refreshed: bool,
}

/// A try that failed.
struct Failed {
    what: What,
    limit: RateLimit,
    response: Option<FailedResponse>,
    source: Option<Cause>,
}

enum What {
    Transport(TransportErrorKind),
    Api(ApiError),
}

/// Who is being asked, which decides what a failure is called.
#[derive(Clone, Copy)]
enum Asked {
    Api(Product, Label),
    Token,
}

impl<'c> Call<'c> {
    pub(crate) fn new(shared: &'c Shared, operation: &'static str) -> Self {
        Self {
            shared,
            operation,
            began: Instant::now(),
            tries: Tries::new(shared.retry),
            token_refreshed: false,
        }
    }

    /// Sends a request to the API.
    pub(crate) async fn get(mut self, request: &Request) -> Result<RawAnswer, Error> {
        let shared = self.shared;
        let (product, label) = (request.product(), request.operation().label);
        let limiter = shared.limiters.of(product);
        let target = request.target();
        loop {
            let admitted = limiter.admit(label, &*shared.clock).await;
            let mut place = admitted.map_err(|spent| self.quota_spent(label, spent))?;
            let token = shared.token().await?;
            if let Some(gate) = &shared.gate
                && !gate.pass(request).await
            {
                return Err(self.error(ErrorKind::HeldBack));
            }
            let mut secrets = shared.tokens.secrets();
            secrets.push(token.secret.clone());
            let url = joined(token.api_base().unwrap_or(&shared.api_base), &target);
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
            headers.insert(AUTHORIZATION, token.authorization.clone());
            let outgoing =
                HttpRequest { method: Method::GET, url: url.clone(), headers, body: Bytes::new() };
            place.sent();
            let failed = match self.try_once(outgoing, shared.max_body).await {
                Err(error) => Failed::on_the_way(error, &secrets),
                Ok(answer) => {
                    if answer.head.status == StatusCode::TOO_MANY_REQUESTS {
                        place.refused();
                    } else {
                        place.answered();
                    }
                    let limit = rate_limit(&answer.head.headers);
                    limiter.learn(label, limit, shared.clock.now());
                    match examined(answer, &secrets) {
                        (answer, None) => return Ok(raw_answer(answer, url, self.tries.count())),
                        (answer, Some(api)) => Failed::by_answer(api, limit, answer),
                    }
                }
            };
            if !self.token_refreshed && failed.is_token_rejected() {
                self.token_refreshed = shared.tokens.reject(&token).await;
                if self.token_refreshed {
                    let operation = self.operation;
                    tracing::debug!(target: crate::TARGET, operation, "the token was rejected, getting another");
                    continue;
                }
            }
            self.next_try(failed, Asked::Api(product, label), Method::GET, &url).await?;
        }
    }

    /// Asks the token endpoint; gives the answer and the server's time.
    pub(crate) async fn ask_for_token(mut self) -> Result<(TokenAnswer, Option<Timestamp>), Error> {
        let shared = self.shared;
        let secrets = shared.tokens.secrets();
        let url = shared.token_url.clone();
        loop {
            let Grant::Ask { authorization, form } = shared.tokens.grant() else {
                unreachable!("a fixed token is not asked for");
            };
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
            headers.insert(AUTHORIZATION, authorization);
            let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, form_type);
            let outgoing =
                HttpRequest { method: Method::POST, url: url.clone(), headers, body: form.into() };
            let failed = match self.try_once(outgoing, MAX_TOKEN_BODY).await {
                Err(error) => Failed::on_the_way(error, &secrets),
                Ok(answer) if (200..300).contains(&answer.head.status) => {
                    match TokenAnswer::read(&answer.body, shared.has_explicit_base) {
                        Some(token) => return Ok((token, server_time(&answer.head.headers))),
                        None => return Err(self.unusable_token(answer, url, &secrets)),
                    }
                }
                Ok(answer) => {
                    let limit = rate_limit(&answer.head.headers);
                    let (answer, api) = examined(answer, &secrets);
                    let api = api.expect("a status that is no success is a failure");
                    Failed::by_answer(api, limit, answer)
                }
            };
            self.next_try(failed, Asked::Token, Method::POST, &url).await?;
        }
    }

    async fn try_once(
        &mut self,
        outgoing: HttpRequest,
        max_body: usize,
    ) -> Result<HttpAnswer, TransportError> {
        self.tries.begin();
        let began = Instant::now();
        let sent = self.shared.transport.send(outgoing, max_body);
        let whole = TransportErrorKind::Timeout(TimeoutPhase::Whole);
        let result = tokio::time::timeout(self.shared.whole_timeout, sent)
            .await
            .unwrap_or_else(|_elapsed| Err(TransportError::new(whole)));
        let (operation, count) = (self.operation, self.tries.count());
        let took_ms = began.elapsed().as_millis();
        match &result {
            Ok(answer) => {
                if let Some(sent) = server_time(&answer.head.headers) {
                    self.shared.clock.learn(sent);
                }
                let status = answer.head.status;
                tracing::debug!(target: crate::TARGET, operation, count, status, took_ms, "answered");
            }
            Err(error) => {
                tracing::debug!(target: crate::TARGET, operation, count, took_ms, %error, "no answer");
            }
        }
        result
    }

    /// Waits until it is time for the next try, or gives up.
    async fn next_try(
        &mut self,
        failed: Failed,
        asked: Asked,
        method: Method,
        url: &Url,
    ) -> Result<(), Error> {
        let shared = self.shared;
        let failure = match &failed.what {
            What::Transport(kind) => Failure::Transport(*kind),
            What::Api(api) => {
                let label = match asked {
                    Asked::Api(_, label) => label,
                    Asked::Token => Label::Light,
                };
                let response = failed.response.as_ref();
                let date = response.and_then(|response| server_time(&response.headers));
                Failure::Answer { api, limit: &failed.limit, label, date }
            }
        };
        let verdict = {
            let mut random = shared.random.lock().unwrap_or_else(PoisonError::into_inner);
            self.tries.judge(failure, shared.clock.now(), &mut *random)
        };
        let (retry_at, daily) = match verdict {
            Verdict::Again { wait, limited } => {
                if let (true, Asked::Api(product, label)) = (limited, asked) {
                    shared.limiters.of(product).pause(label, wait);
                }
                let (operation, wait_ms) = (self.operation, wait.as_millis());
                tracing::debug!(target: crate::TARGET, operation, wait_ms, "trying again");
                tokio::time::sleep(wait).await;
                return Ok(());
            }
            Verdict::GiveUp { retry_at } => (retry_at, false),
            Verdict::QuotaSpent { until } => {
                if let Asked::Api(product, label) = asked {
                    shared.limiters.of(product).close(label, until);
                }
                (Some(until), true)
            }
        };
        let Failed { what, response, source, .. } = failed;
        let kind = match (what, asked) {
            (What::Transport(kind), _) => kind.into(),
            (What::Api(api), Asked::Token) => token_refusal(api, response.as_ref()),
            (What::Api(api), Asked::Api(_, label)) => match api.kind {
                ApiErrorKind::RateLimited(_) | ApiErrorKind::TooManyConcurrent => {
                    ErrorKind::RateLimited { label, daily, until: retry_at, api: Some(api) }
                }
                _ => ErrorKind::Api(api),
            },
        };
        Err(self
            .error(kind)
            .with_request(method, url.clone())
            .with_response(response)
            .with_source(source)
            .with_retry_at(retry_at))
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind)
            .with_tries(self.tries.count(), self.began.elapsed())
            .with_token_refreshed(self.token_refreshed)
    }

    /// The error for a call that our own count keeps from being sent.
    fn quota_spent(&self, label: Label, Spent { until }: Spent) -> Error {
        let kind = ErrorKind::RateLimited { label, daily: true, until: Some(until), api: None };
        self.error(kind).with_retry_at(Some(until))
    }

    /// The error for a success without a token. Its body is not kept: there may be one in it.
    fn unusable_token(&self, answer: HttpAnswer, url: Url, secrets: &[SecretString]) -> Error {
        let HttpAnswer { mut head, body } = answer;
        strike_out_of_head(&mut head, secrets);
        let said = OAuthError::read(strike_out(&body, secrets).as_deref().unwrap_or(&body));
        let otherwise = "the answer holds no usable access token".into();
        let kind = said.into_kind(head.status, Some(otherwise));
        let response = failed_response(head, &[]);
        self.error(kind).with_request(Method::POST, url).with_response(Some(response))
    }
}

impl Failed {
    fn on_the_way(error: TransportError, secrets: &[SecretString]) -> Self {
        let TransportError { kind, head, source } = error;
        let response = head.map(|mut head| {
            strike_out_of_head(&mut head, secrets);
            failed_response(*head, &[])
        });
        Self { what: What::Transport(kind), limit: RateLimit::default(), response, source }
    }

    fn by_answer(api: ApiError, limit: RateLimit, answer: HttpAnswer) -> Self {
        let response = failed_response(answer.head, &answer.body);
        Self { what: What::Api(api), limit, response: Some(response), source: None }
    }

    fn is_token_rejected(&self) -> bool {
        matches!(&self.what, What::Api(api) if api.kind == ApiErrorKind::TokenRejected)
    }
}

/// What the token endpoint says when it says no: Zoom's `reason`, or what the OAuth standard
/// calls `error_description`.
#[derive(Default, Deserialize)]
struct OAuthError {
    error: Option<Box<str>>,
    reason: Option<Box<str>>,
    error_description: Option<Box<str>>,
}

impl OAuthError {
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The kind of error; where the body is not what a token endpoint says, `otherwise` is why.
    fn into_kind(self, status: u16, otherwise: Option<Box<str>>) -> ErrorKind {
        let Self { error, reason, error_description } = self;
        let otherwise = if error.is_none() { otherwise } else { None };
        let reason = reason.or(error_description).or(otherwise);
        ErrorKind::TokenRequest { status, error, reason }
    }
}

fn token_refusal(api: ApiError, response: Option<&FailedResponse>) -> ErrorKind {
    let said = response.map(|response| OAuthError::read(&response.body)).unwrap_or_default();
    said.into_kind(api.status, api.message)
}

fn rate_limit(headers: &HeaderMap) -> RateLimit {
    RateLimit::from_headers(|name| headers.get(name).and_then(|value| value.to_str().ok()))
}

fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    match RetryAfter::parse(headers.get(DATE)?.to_str().ok()?)? {
        RetryAfter::At(instant) => Some(instant),
        RetryAfter::In(_) => None,
    }
}

fn raw_answer(answer: HttpAnswer, url: Url, tries: u32) -> RawAnswer {
    let HttpAnswer { head: Head { status, reason, headers }, body } = answer;
    RawAnswer { status, reason, headers, body, url, tries }
}

pub(crate) fn failed_response(head: Head, body: &[u8]) -> FailedResponse {
    let Head { status, reason, headers } = head;
    let kept = &body[..body.len().min(FailedResponse::BODY_MAX)];
    FailedResponse { status, reason, headers, body: Bytes::copy_from_slice(kept) }
}

/// Finds out whether an answer is a failure, and strikes the secrets out of it. A report's body is
/// left as it came: Zoom writes no token into it.
fn examined(answer: HttpAnswer, secrets: &[SecretString]) -> (HttpAnswer, Option<ApiError>) {
    let HttpAnswer { mut head, body } = answer;
    strike_out_of_head(&mut head, secrets);
    let failure = ApiError::from_answer(head.status, &body);
    let is_report = failure.is_none() && body.trim_ascii_start().starts_with(b"{");
    match if is_report { None } else { strike_out(&body, secrets) } {
        None => (HttpAnswer { head, body }, failure),
        Some(struck) => {
            let failure = ApiError::from_answer(head.status, &struck);
            (HttpAnswer { head, body: struck.into() }, failure)
        }
    }
}

pub(crate) fn strike_out_of_head(head: &mut Head, secrets: &[SecretString]) {
    for value in head.headers.values_mut() {
        if let Some(struck) = strike_out(value.as_bytes(), secrets) {
            *value = HeaderValue::from_bytes(&struck)
                .unwrap_or_else(|_| HeaderValue::from_static("[secret]"));
        }
    }
    if let Some(struck) = strike_out(head.reason.as_bytes(), secrets) {
        head.reason = String::from_utf8_lossy(&struck).into();
    }
}
