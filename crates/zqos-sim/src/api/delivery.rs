//! Answers as they go out: faithful ones, unless some misbehaviour strikes.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use serde_json::Value;
use zoom_wire::Operation;
use zoom_wire::rate_limit::Product;

use crate::api::answer::{Answer, Call};
use crate::api::drift;
use crate::api::error::{ApiError, encode};
use crate::api::query::Query;
use crate::api::{Config, Simulator};
use crate::draw::{Draw, Purpose};
use crate::limit::{LimitHeaders, Limiters};
use crate::misbehaviour::{Misbehaviour, Share, Switch};

/// What becomes of an answer on its way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It arrives.
    Whole(Answer),
    /// The connection ends within its body.
    Cut(Answer),
    /// Its body trickles.
    Slow(Answer),
    /// The connection is reset in its place.
    Reset,
}

impl Simulator {
    /// Switches a misbehaviour on for a share of all requests, or off by [`Share::NONE`].
    pub fn misbehave(&self, which: Misbehaviour, share: Share) {
        self.misbehaviours.switch(which, share);
    }

    /// What is switched on, or was and struck.
    pub(crate) fn misbehaviours(&self) -> Vec<(Misbehaviour, Switch)> {
        self.misbehaviours.switches()
    }

    /// How many requests there have been of each sort: by the name of the operation.
    pub fn requests(&self) -> BTreeMap<&'static str, u64> {
        self.misbehaviours.requests()
    }

    /// Begins to count anew: requests, what struck them, and what is used of the limits.
    pub(crate) fn recount(&self) {
        self.misbehaviours.recount();
        let Config { plan, limits, foreign_calls_per_hour, .. } = self.config;
        *self.limiters.lock().unwrap_or_else(PoisonError::into_inner) =
            Limiters::new(plan, limits, foreign_calls_per_hour);
    }

    /// Answers a call as [`answer`](Self::answer) does, unless some misbehaviour strikes.
    pub(crate) fn deliver(&self, call: &Call<'_>) -> Delivery {
        let name = match operation(call) {
            Some(operation) => operation.name,
            None if call.target.starts_with("/oauth/token") => "token",
            None => Operation::OTHER.name,
        };
        let (request, run) = self.misbehaviours.next_request(name);
        let strikes = |which| self.misbehaviours.strikes(which, request);
        if strikes(Misbehaviour::Resets) {
            return Delivery::Reset;
        }
        let answer = self
            .refusal(call, request, run)
            .unwrap_or_else(|| self.drifted(self.answer(call), call, request));
        if strikes(Misbehaviour::CutBodies) {
            Delivery::Cut(answer)
        } else if strikes(Misbehaviour::SlowBodies) {
            Delivery::Slow(answer)
        } else {
            Delivery::Whole(answer)
        }
    }

    /// What is said in place of an answer; `None` when that may be given.
    fn refusal(&self, call: &Call<'_>, request: Draw, run: Draw) -> Option<Answer> {
        let strikes = |which| self.misbehaviours.strikes(which, request);
        let now = self.now();
        let with_headers = |mut answer: Answer| {
            answer.add_common_headers(now, self.tracking_id(call, now));
            answer
        };
        let error = |error: ApiError| with_headers(error.into_answer(&self.config.quirks));
        let page = |status, title| {
            let mut answer = with_headers(Answer::new(status, html(title)));
            answer.replace_header("content-type", "text/html;charset=UTF-8");
            answer
        };
        if strikes(Misbehaviour::ServerErrors) {
            let status = *request.of(Purpose::Misbehaviour).pick(&[500, 502, 503, 504]);
            return Some(with_headers(Answer::new(status, Vec::new())));
        }
        if strikes(Misbehaviour::Html200) {
            return Some(page(200, "Sign in"));
        }
        if strikes(Misbehaviour::Html502) {
            return Some(page(502, "Bad gateway"));
        }
        if strikes(Misbehaviour::Html503) {
            return Some(page(503, "Under maintenance"));
        }
        // What follows is said of calls of the API alone, not of requests for tokens.
        let operation = operation(call)?;
        let limits = [
            (Misbehaviour::RateLimitStorm, run, false, self.config.limit_headers),
            (Misbehaviour::BareRateLimitStorm, run, false, LimitHeaders::None),
            (Misbehaviour::DailyLimit, request, true, self.config.limit_headers),
            (Misbehaviour::BareDailyLimit, request, true, LimitHeaders::None),
        ];
        for (which, place, is_daily, headers) in limits {
            if self.misbehaviours.strikes(which, place) {
                let product = Product::of_path(operation.template);
                let verdict = self.config.plan.refusal(product, operation.label, is_daily, now);
                let mut answer = error(ApiError::rate_limit(verdict.exceeded?));
                answer.headers.extend(verdict.headers(headers, self.config.retry_after, now));
                return Some(answer);
            }
        }
        if strikes(Misbehaviour::ExpiredAccessTokens) {
            return Some(error(ApiError::expired_token()));
        }
        let is_in_a_walk = Query::of_target(call.target).get("next_page_token").is_some();
        if is_in_a_walk && strikes(Misbehaviour::ExpiredPageTokens) {
            return Some(error(ApiError::page_token()));
        }
        None
    }

    /// The answer with members that are not as documented, if that strikes a report or a list.
    fn drifted(&self, mut answer: Answer, call: &Call<'_>, request: Draw) -> Answer {
        if answer.status != 200 || operation(call).is_none() {
            return answer;
        }
        let kinds = [
            (Misbehaviour::UnknownMembers, drift::add as fn(&mut Value, Draw)),
            (Misbehaviour::MissingMembers, drift::remove),
            (Misbehaviour::RenamedMembers, drift::rename),
            (Misbehaviour::Numbers, drift::make_numbers),
        ];
        for (which, drift) in kinds {
            // Errors may come as 200, and be no JSON.
            if self.misbehaviours.strikes(which, request)
                && let Ok(mut body) = serde_json::from_slice(&answer.body)
            {
                drift(&mut body, request.at(which as u64));
                answer.body = encode(&body);
            }
        }
        answer
    }
}

/// Which call of the API it is; `None` for what is none, such as a request for a token.
fn operation(call: &Call<'_>) -> Option<&'static Operation> {
    call.target.strip_prefix("/v2").map(Operation::of_path)
}

/// A page as a proxy or a portal in front of an API gives it.
fn html(title: &str) -> Vec<u8> {
    format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n\
         <body><h1>{title}</h1><p>Try again later.</p></body></html>\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests;
