//! `zqos client`: credentials for the server.

use zqos_core::{Clock as _, Shown, SystemClock};
use zqos_server::access::{Clients, ClientsError, Role};

use crate::cli::{Client, ClientAdd, Format, Global};
use crate::command::import::location;
use crate::config::Config;
use crate::exit::{Exit, UsageError};
use crate::output::columns::{Align, Columns};
use crate::output::{Output, note};

pub(super) fn run(command: &Client, global: &Global) -> anyhow::Result<Exit> {
    match command {
        Client::Add(args) => add(args, global),
        Client::List(args) => list(&Clients::of_store(location(&args.store)?.local()), global),
        Client::Revoke(args) => {
            let clients = Clients::of_store(location(&args.store)?.local());
            clients.revoke(&args.name).map_err(explained)?;
            note(format_args!("`{}` is let in no more", Shown(&args.name)));
            Ok(Exit::Done)
        }
    }
}

fn explained(error: ClientsError) -> anyhow::Error {
    match &error {
        ClientsError::Exists(_) => UsageError::new(error.to_string())
            .hint("`zqos client revoke` takes its credentials away first")
            .into(),
        ClientsError::Unknown(_) => {
            UsageError::new(error.to_string()).hint("`zqos client list` lists them").into()
        }
        _ => error.into(),
    }
}

fn add(args: &ClientAdd, global: &Global) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(global.format);
    if !matches!(format, Format::Table | Format::Json) {
        return Err(UsageError::new("credentials are no list of rows")
            .hint("the formats are `table` and `json`")
            .into());
    }
    if args.name.trim().is_empty() || args.name.contains(char::is_control) {
        return Err(UsageError::new("that is no name of a client").into());
    }
    let role: Role = args.role.parse().map_err(|error| UsageError::new(format!("{error}")))?;
    let config = Config::load(global.config.as_deref())?;
    // Of the accounts that there are, the first is the one that credentials name.
    let selected = config.select(Some(global.account.as_deref().unwrap_or("all")))?;
    let account_id = selected.first().map(|account| account.name.clone()).unwrap_or_default();
    let accounts = global
        .account
        .as_deref()
        .filter(|account| *account != "all")
        .map(|_| selected.iter().map(|account| account.name.clone()).collect::<Vec<_>>());
    let clients = Clients::of_store(location(&args.store)?.local());
    let made = clients
        .add(&args.name, role, accounts, account_id, SystemClock.now())
        .map_err(explained)?;
    if format == Format::Json {
        output.json(&made)?;
    } else {
        output.write(|out| {
            writeln!(out, "account id     {}", made.account_id)?;
            writeln!(out, "client id      {}", made.client_id)?;
            writeln!(out, "client secret  {}", made.client_secret)
        })?;
        note("the secret is shown this once, and kept nowhere");
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn list(clients: &Clients, global: &Global) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(global.format);
    if !matches!(format, Format::Table | Format::Json) {
        return Err(UsageError::new("the formats are `table` and `json`").into());
    }
    let all = clients.list().map_err(explained)?;
    if format == Format::Json {
        let shown: Vec<serde_json::Value> = (all.iter())
            .map(|client| {
                serde_json::json!({
                    "name": client.name,
                    "client_id": client.client_id,
                    "role": client.role,
                    "accounts": client.accounts,
                    "created_at": client.created_at,
                })
            })
            .collect();
        output.json(&shown)?;
    } else {
        let left = Align::Left;
        let mut table = Columns::new([
            ("name", left),
            ("role", left),
            ("accounts", left),
            ("client id", left),
            ("made", left),
        ]);
        for client in &all {
            let accounts = client.accounts.as_ref().map_or("all".to_owned(), |all| all.join(", "));
            table.row([
                Shown(&client.name).to_string(),
                client.role.to_string(),
                accounts,
                client.client_id.clone(),
                client.created_at.clone(),
            ]);
        }
        let (width, may_style) = (output.width(), output.may_style());
        output.write(|out| table.write(out, width, may_style))?;
    }
    output.finish()?;
    Ok(Exit::Done)
}
