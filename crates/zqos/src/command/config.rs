//! `zqos config`.

use std::path::Path;

use crate::cli::Config as Command;
use crate::config::Login;
use crate::exit::Exit;
use crate::output::{Output, note};
use crate::session::{Asker, Session};

pub(super) fn run(session: &Session, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Default => unreachable!("needs no settings, and is printed without them"),
        Command::Show => show(session),
        Command::Check => check(session),
    }
}

fn show(session: &Session) -> anyhow::Result<Exit> {
    let config = &session.config;
    let http = &config.http;
    let mut output = Output::new();
    output.write(|out| {
        match &config.path {
            Some(path) => writeln!(out, "# from `{}` and the environment", path.display())?,
            None => writeln!(out, "# from the environment; there is no configuration file")?,
        }
        writeln!(out, "tz = {:?}\n", session.zone.name())?;
        writeln!(out, "[http]")?;
        writeln!(out, "connect_timeout_s = {}", http.timeouts.connect.as_secs_f64())?;
        writeln!(out, "read_timeout_s = {}", http.timeouts.read.as_secs_f64())?;
        writeln!(out, "whole_timeout_s = {}", http.timeouts.whole.as_secs_f64())?;
        writeln!(out, "tries = {}", http.retry.tries)?;
        writeln!(out, "retry_for_s = {}", http.retry.elapsed.as_secs_f64())?;
        writeln!(out, "retry_base_s = {}", http.retry.base.as_secs_f64())?;
        writeln!(out, "retry_cap_s = {}", http.retry.cap.as_secs_f64())?;
        writeln!(out, "max_body_mib = {}", http.max_body >> 20)?;
        if let Some(path) = &http.ca_file {
            writeln!(out, "ca_file = {:?}", path.display().to_string())?;
        }
        writeln!(out, "\n[privacy]\n{}", config.privacy.in_force())?;
        let context = &config.context;
        let files = [("sites", &context.sites), ("people", &context.people), ("asn", &context.asn)];
        let files: Vec<_> =
            files.iter().filter_map(|(name, path)| Some((name, path.as_ref()?))).collect();
        if !files.is_empty() {
            writeln!(out, "\n[context]")?;
        }
        for (name, path) in files {
            writeln!(out, "{name} = {:?}", path.display().to_string())?;
        }
        writeln!(out, "\n[quality]\n{}", config.quality)?;
        write!(out, "{}", config.serve)?;
        for account in config.accounts.values() {
            writeln!(out, "\n[accounts.{}]", account.name)?;
            match &account.login {
                Login::None => writeln!(out, "# no credential")?,
                Login::Bearer(token) => writeln!(out, "# access token: {}", token.describe())?,
                Login::ServerToServer { client_secret, .. } => writeln!(
                    out,
                    "# server-to-server OAuth app; its secret: {}",
                    client_secret.describe()
                )?,
            }
            for secret in &account.webhook_secrets {
                writeln!(out, "# webhook secret: {}", secret.describe())?;
            }
            if let Some(subscription) = &account.websocket.subscription {
                writeln!(out, "websocket_subscription = {subscription:?}")?;
                writeln!(out, "websocket_grant = {:?}", account.websocket.grant.as_str())?;
            }
            writeln!(out, "plan = {:?}", account.plan.to_string())?;
            writeln!(out, "spare_pct = {}", account.spare_pct)?;
            writeln!(out, "phone = {}", account.phone)?;
            writeln!(out, "fetch_pushed = {}", account.fetch_pushed)?;
            let bases = [
                ("api_base", &account.api_base),
                ("oauth_base", &account.oauth_base),
                ("websocket_base", &account.websocket.base),
            ];
            for (name, base) in bases {
                if let Some(base) = base {
                    writeln!(out, "{name} = {:?}", without_login(base))?;
                }
            }
            if let Some(sub_account) = &account.sub_account {
                writeln!(out, "sub_account = {sub_account:?}")?;
            }
            if account.privacy.says_something() {
                writeln!(out, "\n[accounts.{}.privacy]\n{}", account.name, account.privacy)?;
            }
        }
        Ok(())
    })?;
    output.finish()?;
    Ok(Exit::Done)
}

/// A base URL without the user name and password that somebody may have put into it.
fn without_login(base: &str) -> String {
    match base.rsplit_once('@') {
        Some((_, after)) => format!("…@{after}"),
        None => base.to_owned(),
    }
}

/// Reads everything that a command would, secrets and certificates included, and asks nobody.
fn check(session: &Session) -> anyhow::Result<Exit> {
    for account in session.accounts_to_check()? {
        Asker::new(session, account)?;
        for secret in &account.webhook_secrets {
            secret.read()?;
        }
        // No store has an empty name, so no key lies in it.
        session.config.policy(&account.name, Path::new(""))?;
        note(format_args!("account `{}`: the settings are good", account.name));
    }
    #[cfg(feature = "store")]
    {
        let crate::config::ContextFiles { sites, people, asn } = &session.config.context;
        zqos_context::Context::read(sites.as_deref(), people.as_deref(), asn.as_deref())
            .map_err(crate::exit::UsageError::from)?;
    }
    session.config.serve.check()?;
    note("`zqos auth check` asks Zoom whether the credential is good too");
    Ok(Exit::Done)
}
