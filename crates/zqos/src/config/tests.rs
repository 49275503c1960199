use secrecy::ExposeSecret as _;

use super::*;

fn config(file: &str, environment: &[(&str, &str)]) -> Result<Config, UsageError> {
    let raw = RawConfig::parse(file).map_err(UsageError::new)?;
    Config::resolve(raw, None, &Environment::of(environment))
}

fn token(config: &Config, account: Option<&str>) -> String {
    match config.select_one(account).unwrap().credential().unwrap() {
        Credential::Bearer(token) => token.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    }
}

const TWO: &str = "
[accounts.north]
access_token = 'n'
[accounts.south]
access_token = 's'
";

#[test]
fn the_default_file_says_what_holds_without_it() {
    let config = config(DEFAULT_FILE, &[]).unwrap();
    assert_eq!(config.http, Http::default());
    assert_eq!(config.tz, None);
    assert!(config.policy(DEFAULT_ACCOUNT, Path::new("store")).unwrap().is_none());
    let context = &config.context;
    assert_eq!([&context.sites, &context.people, &context.asn], [&None; 3]);
    assert_eq!(config.quality, Quality::default());
}

#[test]
fn the_commented_settings_of_the_default_file_are_settings() {
    let uncommented: String = DEFAULT_FILE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") || setting.starts_with('[') => setting,
            Some(_) => "",
            None => line,
        })
        .filter(|line| !line.starts_with("client_secret_command"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let config = config(&uncommented, &[]).unwrap();
    let account = config.select_one(None).unwrap();
    assert!(matches!(account.login, Login::ServerToServer { .. }));
    assert_eq!(account.api_base.as_deref(), Some("https://api-eu.zoom.us/v2"));
    assert_eq!(account.sub_account.as_deref(), Some("me"));
    assert_eq!(config.tz.as_deref(), Some("Europe/Berlin"));
}

#[test]
fn the_environment_beats_the_file() {
    let file = "[accounts.default]\naccess_token = 'file'\napi_base = 'https://a.zoom.us/v2'";
    let environment = [("ZOOM_ACCESS_TOKEN", "env"), ("ZOOM_API_BASE", "https://b.zoom.us/v2")];
    let config = config(file, &environment).unwrap();
    assert_eq!(token(&config, None), "env");
    let account = config.select_one(None).unwrap();
    assert_eq!(account.api_base.as_deref(), Some("https://b.zoom.us/v2"));
}

#[test]
fn among_several_accounts_the_environment_is_the_one_without_a_name() {
    let config = config(TWO, &[("ZOOM_ACCESS_TOKEN", "env")]).unwrap();
    assert_eq!(token(&config, None), "env");
    assert_eq!(token(&config, Some("north")), "n");
    assert_eq!(config.select(Some("all")).unwrap().len(), 3);
}

#[test]
fn where_zoom_is_holds_for_every_account() {
    let config = config(TWO, &[("ZOOM_API_BASE", "https://b.zoom.us/v2")]).unwrap();
    assert_eq!(config.accounts.len(), 2);
    for account in config.select(Some("all")).unwrap() {
        assert_eq!(account.api_base.as_deref(), Some("https://b.zoom.us/v2"));
    }
}

#[test]
fn among_several_accounts_one_must_be_chosen() {
    let config = config(TWO, &[]).unwrap();
    assert!(config.select(None).unwrap_err().hint.unwrap().contains("`north`, `south`"));
    assert!(config.select(Some("east")).is_err());
    assert!(config.select_one(Some("all")).is_err());
    assert_eq!(token(&config, Some("south")), "s");
}

#[test]
fn a_credential_is_whole() {
    let part = config("", &[("ZOOM_ACCOUNT_ID", "a"), ("ZOOM_CLIENT_ID", "c")]).unwrap_err();
    assert_eq!(part.hint.as_deref(), Some("set ZOOM_CLIENT_SECRET as well"));
    assert!(config("[accounts.x]\nclient_id = 'c'", &[]).is_err());
    assert!(config("[accounts.x]\naccess_token = 't'\nclient_id = 'c'", &[]).is_err());
    assert!(config("[accounts.x]\naccess_token = 't'\naccess_token_file = 'f'", &[]).is_err());
    assert!(config("", &[("ZOOM_ACCESS_TOKEN", "t"), ("ZOOM_ACCESS_TOKEN_FILE", "f")]).is_err());
    let none = config("", &[]).unwrap();
    assert!(none.select_one(None).unwrap().credential().is_err());
}

#[test]
fn what_is_wrong_in_the_file_is_named_but_not_quoted() {
    let error = config("[accounts.x]\naccess_token = canary", &[]).unwrap_err().to_string();
    assert!(error.contains("line 2") && !error.contains("canary"), "{error}");
    assert!(config("colour = 'red'", &[]).is_err());
    assert!(config("[http]\ntries = -1", &[]).is_err());
    assert!(config("[http]\ntries = 0", &[]).is_err());
    assert!(config("[http]\nread_timeout_s = 0", &[]).is_err());
    assert!(config("[http]\nwhole_timeout_s = nan", &[]).is_err());
    assert!(config("[accounts.x]\nplan = 'gold'", &[]).is_err());
    assert!(config("[accounts.'../x']\nplan = 'pro'", &[]).is_err());
    assert!(config("[accounts.all]\nplan = 'pro'", &[]).is_err());
}

#[test]
fn settings_are_never_shown_with_their_secrets() {
    let file = "[accounts.x]\naccount_id='a'\nclient_id='b'\nclient_secret = 'canary'";
    let config = config(file, &[("ZOOM_ACCESS_TOKEN", "canary")]).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn written(text: &str, mode: u32) -> tempfile::TempPath {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        file.into_temp_path()
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let secret = written("canary\n", 0o644);
        let path = secret.to_str().unwrap();
        let config = config("", &[("ZOOM_ACCESS_TOKEN_FILE", path)]).unwrap();
        let error = config.select_one(None).unwrap().credential().unwrap_err();
        assert!(error.hint.unwrap().starts_with("chmod 600"));

        let file = written("[accounts.x]\naccess_token = 'canary'", 0o640);
        assert!(Config::load(Some(&file)).is_err());
        let harmless = written("tz = 'UTC'", 0o644);
        assert!(Config::load(Some(&harmless)).is_ok());
    }

    #[test]
    fn a_secret_is_read_from_a_file_or_a_command() {
        let secret = written("from-file\n", 0o600);
        let path = secret.to_str().unwrap();
        let from_file = config("", &[("ZOOM_ACCESS_TOKEN_FILE", path)]).unwrap();
        assert_eq!(token(&from_file, None), "from-file");
        let command = "[accounts.x]\naccess_token_command = 'echo from-command'";
        assert_eq!(token(&config(command, &[]).unwrap(), None), "from-command");
        for wrong in ["exit 3", "true"] {
            let file = format!("[accounts.x]\naccess_token_command = '{wrong}'");
            let config = config(&file, &[]).unwrap();
            assert!(config.select_one(None).unwrap().credential().is_err(), "{wrong}");
        }
    }
}

#[test]
fn events_by_websocket_have_settings_of_their_own() {
    let file =
        "[accounts.north]\nwebsocket_subscription = 'one'\nwebsocket_grant = 'client_credentials'";
    let websocket = |environment: &[(&str, &str)]| {
        config(file, environment).unwrap().accounts["north"].websocket.clone()
    };
    let plain = Websocket {
        subscription: Some("one".to_owned()),
        base: None,
        grant: Grant::ClientCredentials,
    };
    assert_eq!(websocket(&[]), plain);
    let base = Some("ws://127.0.0.1:1/ws".to_owned());
    assert_eq!(
        websocket(&[("ZOOM_WEBSOCKET_BASE", "ws://127.0.0.1:1/ws")]),
        Websocket { base, ..plain.clone() }
    );
    let subscription = Some("two".to_owned());
    assert_eq!(
        websocket(&[("ZOOM_WEBSOCKET_SUBSCRIPTION", "two")]),
        Websocket { subscription, ..plain }
    );
    // Among several accounts the environment speaks of the one without a name.
    let two = config(TWO, &[("ZOOM_WEBSOCKET_SUBSCRIPTION", "two")]).unwrap();
    let with_one: Vec<&str> = (two.accounts.values())
        .filter(|account| account.websocket.subscription.is_some())
        .map(|account| account.name.as_str())
        .collect();
    assert_eq!(with_one, [DEFAULT_ACCOUNT]);
    let wrong = "[accounts.north]\nwebsocket_grant = 'password'";
    let error = config(wrong, &[]).unwrap_err().to_string();
    assert!(error.contains("`websocket_grant` can't be `password`"), "{error}");
}

#[test]
fn what_the_server_needs_to_sign_people_in_is_asked_for() {
    let good = [
        "issuer = 'https://login.example.com'",
        "client_id = 'zqos'",
        "client_secret = 's3cr3t'",
        "url = 'https://qos.example.com'",
        "roles = { viewer = 'staff' }",
    ];
    let file = |lines: &[&str]| format!("[serve.oidc]\n{}\n", lines.join("\n"));
    let shown = config(&file(&good), &[]).unwrap().serve.to_string();
    assert!(shown.contains("role_claim = \"groups\"") && !shown.contains("s3cr3t"), "{shown}");
    for (place, line) in good.iter().enumerate() {
        let name = line.split(' ').next().unwrap();
        let lacking: Vec<&str> = good.iter().filter(|other| *other != line).copied().collect();
        let refused = config(&file(&lacking), &[]).unwrap_err().to_string();
        let says = if name == "roles" { "gives nobody a role" } else { name };
        assert!(refused.contains("[serve.oidc]") && refused.contains(says), "{place}: {refused}");
    }
    for wrong in ["not an address", "https://jill:pass@example.com", "https://example.com/?x=1"] {
        let file = format!("[serve.otlp]\nendpoint = {wrong:?}\n");
        let refused = config(&file, &[]).unwrap_err().to_string();
        assert!(
            refused.contains("`endpoint` is no address") && !refused.contains("pass"),
            "{refused}"
        );
    }
}
