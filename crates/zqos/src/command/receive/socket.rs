//! Events that come by WebSocket: connections to Zoom, for accounts that have a subscription.

use std::sync::Arc;

use futures::future::try_join_all;
use zoom_dashboard::{Error, ErrorKind, Events, News, Subscription};
use zqos_push::{Push, Receiver, SignedBody, take_in};

use crate::config::{Account, Config, Websocket};
use crate::failure;
use crate::output::note;

/// The subscription of an account, for which nobody is connected yet.
pub(in crate::command) struct Socket {
    account: String,
    events: Events,
}

/// What becomes of a connection that is refused before one was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum AtFirst {
    /// It is an error: whoever starts it sees it.
    Fail,
    /// It is tried again, like one that ends later.
    GoOn,
}

/// The subscriptions of accounts; their secrets are read.
pub(in crate::command) fn sockets(
    config: &Config,
    accounts: &[&Account],
) -> anyhow::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    for account in accounts {
        let Websocket { subscription: Some(id), base, grant } = &account.websocket else {
            continue;
        };
        let mut subscription = Subscription::new(id.as_str())?;
        if let Some(base) = base {
            subscription = subscription.base(base)?;
        }
        let credential = account.websocket_credential(*grant)?;
        let client = config.client_builder(account, credential)?.build()?;
        let events = client.events(subscription);
        sockets.push(Socket { account: account.name.clone(), events });
    }
    Ok(sockets)
}

/// Takes in what comes by all of them until `stopped` completes.
pub(in crate::command) async fn take_in_all(
    sockets: Vec<Socket>,
    receiver: &Arc<Receiver>,
    at_first: AtFirst,
    stopped: impl Future<Output = ()> + Clone,
) -> Result<(), Error> {
    let each = sockets.into_iter().map(|Socket { account, events }| {
        let (receiver, stopped) = (Arc::clone(receiver), stopped.clone());
        async move {
            let mut inflow = Inflow { account, events, at_first, failure: None };
            let account = inflow.account.clone();
            let pushes = futures::stream::unfold(&mut inflow, async |inflow| {
                inflow.next().await.map(|push| (push, inflow))
            });
            take_in(receiver, &account, pushes, stopped).await;
            inflow.failure.map_or(Ok(()), Err)
        }
    });
    try_join_all(each).await.map(drop)
}

/// What comes to an account.
struct Inflow {
    account: String,
    events: Events,
    at_first: AtFirst,
    /// Why nothing comes, nor will.
    failure: Option<Error>,
}

impl Inflow {
    async fn next(&mut self) -> Option<Push> {
        match self.events.next().await {
            News::Opened => {
                self.at_first = AtFirst::GoOn;
                note(format_args!("account `{}`: events come by WebSocket", self.account));
                Some(Push::Opened)
            }
            News::Alive => Some(Push::Alive),
            News::Event(event) => Some(Push::Event(SignedBody {
                body: event.body,
                signature: event.signature,
                timestamp: event.timestamp,
            })),
            News::Closed { error, .. }
                if self.at_first == AtFirst::Fail && !error.is_transient() =>
            {
                self.failure = Some(error);
                None
            }
            News::Closed { error, again_in } => {
                note(format_args!(
                    "account `{}`: {}; connecting again in {} s",
                    self.account,
                    failure::in_short(&error),
                    again_in.as_secs().max(1)
                ));
                Some(Push::Closed { why: word_of(&error) })
            }
        }
    }
}

/// Why a connection ended, as one word.
const fn word_of(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Closed { .. } => "closed",
        ErrorKind::Timeout(_) => "silent",
        ErrorKind::Reset | ErrorKind::Cut => "reset",
        ErrorKind::BodyTooLarge { .. } => "oversized",
        ErrorKind::Malformed => "malformed",
        _ => "failed",
    }
}
