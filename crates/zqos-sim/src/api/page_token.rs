//! Page tokens: where a walk stands, when the token was given, and for which request, all in the
//! token itself, so that none is stored.

use crate::api::Simulator;
use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::calendar::{MINUTE, SECOND};
use crate::draw::{Draw, Purpose, words};

/// How long a token is good.
const LIFETIME: i64 = 15 * MINUTE;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Enough of them for 128 bits.
const BODY: usize = 22;
/// What proves that the token is ours; the last one is a digit.
const PROOF: usize = 13;

impl Simulator {
    /// The token with which `query` goes on after `cursor`.
    pub(crate) fn page_token(&self, path: &str, query: &Query, cursor: u64, now: i64) -> String {
        let request = query.digest(self.page_token_draw(), path);
        let issued = u32::try_from(now.div_euclid(SECOND)).unwrap_or(0);
        let [digest, _] = words(request.bits());
        let [left, right] =
            self.page_tokens.apply([u64::from(issued) << 32 | u64::from(digest), cursor]);
        let mut token = String::with_capacity(BODY + PROOF);
        let mut rest = u128::from(left) << 64 | u128::from(right);
        for _ in 0..BODY {
            token.push(digit(rest % 62));
            rest /= 62;
        }
        push_proof(&mut token, request);
        token
    }

    /// Where the walk of a request stands; `None` at its beginning.
    ///
    /// **Errors**: that of Zoom, for a token that is old, made up, or another request's.
    pub(crate) fn cursor(
        &self,
        path: &str,
        query: &Query,
        now: i64,
    ) -> Result<Option<u64>, ApiError> {
        let Some(token) = query.get("next_page_token") else { return Ok(None) };
        let request = query.digest(self.page_token_draw(), path);
        let read = || {
            let body = token.get(..BODY)?;
            let mut proved = body.to_owned();
            push_proof(&mut proved, request);
            if proved != token {
                return None;
            }
            let number = body.bytes().rev().try_fold(0_u128, |number, byte| {
                let value = DIGITS.iter().position(|&known| known == byte)?;
                number.checked_mul(62)?.checked_add(value as u128)
            })?;
            let [left, right] =
                self.page_tokens.invert(crate::identity::halves(number.to_be_bytes()));
            let issued = i64::try_from(left >> 32).ok()? * SECOND;
            (now < issued + LIFETIME).then_some(right)
        };
        read().map(Some).ok_or_else(ApiError::page_token)
    }

    const fn page_token_draw(&self) -> Draw {
        self.world.company.root().of(Purpose::PageToken).of(Purpose::Echo)
    }
}

fn push_proof(token: &mut String, request: Draw) {
    let mut draw = token.bytes().fold(request, |draw, byte| draw.at(byte.into()));
    for place in 1..=PROOF {
        draw = draw.at(0);
        let choices = if place == PROOF { 10 } else { 62 };
        token.push(char::from(DIGITS[draw.below(choices) as usize]));
    }
}

fn digit(value: u128) -> char {
    let place = usize::try_from(value).expect("a remainder below 62");
    char::from(DIGITS[place])
}
