//! `zqos config`, and where settings come from.

use zqos_replay::fixtures;

use crate::support::{
    CLIENT_SECRET, NUMBER, PERSON, TOKEN, USERINFO, Zqos, json, reporting, serving, token_answer,
};

const GET: [&str; 3] = ["get", NUMBER, PERSON];

#[test]
fn the_default_file_is_one_that_is_taken() {
    let printed = Zqos::new().run(["config", "default"]).succeeds();
    let zqos = Zqos::new();
    let path = zqos.file("default.toml", printed.text());
    zqos.run(["config", "show", "--config", path.to_str().unwrap()]).succeeds();
    for setting in ["tries = 5", "max_body_mib = 64", "[http]", "# [accounts.default]"] {
        assert!(printed.text().contains(setting), "no `{setting}`: {printed}");
    }
}

#[test]
fn the_settings_in_force_are_shown_as_a_file_without_secrets() {
    let zqos = Zqos::new()
        .top("tz = 'Europe/Berlin'")
        .http("tries", 7)
        .config(&format!(
            "[accounts.north]\naccount_id = 'an-account'\nclient_id = 'a-client'\n\
             client_secret = '{CLIENT_SECRET}'\nplan = 'pro'\nsub_account = 'me'\n\
             [accounts.south]\naccess_token_command = 'exit 1'"
        ))
        .env("ZOOM_ACCESS_TOKEN", TOKEN)
        .env("ZOOM_API_BASE", format!("https://{USERINFO}@api.example/v2"));
    let run = zqos.run(["config", "show"]).succeeds();
    for line in [
        &*format!("# from `{}` and the environment\n", zqos.config_path().display()),
        "tz = \"Europe/Berlin\"\n",
        "tries = 7\n",
        "read_timeout_s = 30\n",
        "[accounts.default]\n",
        "# access token: given\n",
        "api_base = \"…@api.example/v2\"\n",
        "[accounts.north]\n",
        "# server-to-server OAuth app; its secret: given\n",
        "plan = \"pro\"\n",
        "sub_account = \"me\"\n",
        "[accounts.south]\n",
        "# access token: from a command\n",
    ] {
        assert!(run.text().contains(line), "no `{line}`: {run}");
    }
    // What is shown can be read again.
    let again = zqos.file("again.toml", run.text());
    Zqos::new().run(["config", "show", "--config", again.to_str().unwrap()]).succeeds();
}

#[test]
fn without_a_file_the_defaults_hold() {
    let zqos = Zqos::new();
    let run = zqos.run(["config", "show", "--config", "/dev/null"]).succeeds();
    assert!(run.text().contains("whole_timeout_s = 120\n"), "{run}");
    assert!(run.text().contains("# no credential\n"), "{run}");
}

#[test]
fn good_settings_pass_the_check() {
    let run = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).run(["config", "check"]).exits(0);
    run.explains(&["account `default`: the settings are good", "`zqos auth check` asks Zoom"]);
}

#[test]
fn the_check_reads_what_a_command_would_read() {
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN);
    let path = zqos.file("ca.pem", "no certificate");
    let zqos = zqos.http("ca_file", format!("{path:?}").as_str());
    zqos.run(["config", "check"]).refuses("error: no root certificates in `");
    Zqos::new().run(["config", "check"]).refuses("there is no credential for the account");
    if cfg!(feature = "store") {
        let zqos = Zqos::new().config("[context]\nsites = '/nowhere/sites.csv'");
        let zqos = zqos.env("ZOOM_ACCESS_TOKEN", TOKEN);
        zqos.run(["config", "check"]).refuses("the site map `/nowhere/sites.csv` can't be read");
    }
}

#[test]
fn no_credential_is_refused_and_says_what_to_set() {
    for args in [
        &GET[..],
        &["get", NUMBER],
        &["get", NUMBER, "--person", "Jill"],
        &["meetings"],
        &["participants", NUMBER],
        &["api", "/users/me"],
        &["auth", "check"],
    ] {
        let run = Zqos::new().run(args).exits(2);
        run.explains(&[
            "error: there is no credential for the account `default`",
            "hint: set ZOOM_ACCESS_TOKEN, or ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and \
             ZOOM_CLIENT_SECRET",
        ]);
    }
}

#[test]
fn a_part_of_a_credential_is_refused_and_says_what_is_missing() {
    let part = [("ZOOM_ACCOUNT_ID", "a"), ("ZOOM_CLIENT_ID", "b"), ("ZOOM_CLIENT_SECRET", "c")];
    for missing in 0..3 {
        let given = part.iter().enumerate().filter(|(place, _)| *place != missing);
        let zqos = given.fold(Zqos::new(), |zqos, (_, (name, value))| zqos.env(name, *value));
        let run = zqos.run(GET).refuses("the environment holds only a part of a credential");
        run.explains(&["error: ", &format!("hint: set {} as well", part[missing].0)]);
    }
    for account in ["client_id = 'c'", "access_token = 't'\nclient_id = 'c'", "account_id = ''"] {
        let zqos = Zqos::new().config(&format!("[accounts.x]\n{account}"));
        zqos.run(GET).refuses("[accounts.x] is not one whole credential");
    }
    Zqos::new()
        .config("[accounts.x]\naccess_token = 'a'\naccess_token_file = 'b'")
        .run(GET)
        .refuses("gives `access_token` in more than one way");
    Zqos::new()
        .env("ZOOM_ACCESS_TOKEN", TOKEN)
        .env("ZOOM_ACCESS_TOKEN_FILE", "x")
        .run(GET)
        .refuses("both ZOOM_ACCESS_TOKEN and ZOOM_ACCESS_TOKEN_FILE are set");
}

#[test]
fn a_token_that_no_header_can_carry_is_refused() {
    for token in ["two words", "line\nbreak", "\u{fc}mlaut"] {
        let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", token);
        let run = zqos.run(GET).refuses("the access token is empty or has characters that no");
        assert!(!run.stderr.contains(token), "{run}");
    }
}

#[test]
fn every_source_of_a_secret_is_a_source() {
    let server = reporting(json(fixtures::seed_report()));
    let zqos = || Zqos::new().api_of(&server);
    zqos().env("ZOOM_ACCESS_TOKEN", TOKEN).run(GET).succeeds();
    let from_file = zqos();
    let path = from_file.file("token", &format!("{TOKEN}\n"));
    let shown = path.to_str().unwrap();
    from_file.env("ZOOM_ACCESS_TOKEN_FILE", shown).run(GET).succeeds();
    for setting in [
        format!("access_token = '{TOKEN}'"),
        format!("access_token_file = '{shown}'"),
        format!("access_token_command = 'echo {TOKEN}'"),
    ] {
        let config = format!("[accounts.default]\n{setting}");
        let zqos = zqos();
        // Each run has a folder of its own.
        let own = zqos.file("token", TOKEN);
        zqos.config(&config.replace(shown, own.to_str().unwrap())).run(GET).succeeds();
    }
    for request in server.requests() {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn every_source_of_a_client_secret_is_a_source() {
    let path = format!("/v2{}", crate::support::report_path(NUMBER, PERSON));
    let routes = zqos_replay::Routes::new()
        .on("POST", "/oauth/token", token_answer(3600, "dashboard:read:admin"))
        .on("GET", path, json(fixtures::seed_report()));
    let server = serving(routes);
    Zqos::app_at(&server).run(GET).succeeds();
    let in_files = Zqos::app_at(&server).without("ZOOM_CLIENT_SECRET").without("ZOOM_CLIENT_ID");
    let (id, secret) = (in_files.file("id", "the-client"), in_files.file("secret", CLIENT_SECRET));
    in_files
        .env("ZOOM_CLIENT_ID_FILE", id.to_str().unwrap())
        .env("ZOOM_CLIENT_SECRET_FILE", secret.to_str().unwrap())
        .run(GET)
        .succeeds();
    for setting in [
        format!("client_secret = '{CLIENT_SECRET}'"),
        "client_secret_file = 'secret'".to_owned(),
        format!("client_secret_command = 'printf %s {CLIENT_SECRET}'"),
    ] {
        let zqos = Zqos::new().config(&format!(
            "[accounts.x]\naccount_id = 'the-account'\nclient_id = 'the-client'\n{setting}\n\
             api_base = '{0}/v2'\noauth_base = '{0}/'",
            server.url()
        ));
        // A relative path is one of the folder that the program runs in.
        zqos.file("secret", CLIENT_SECRET);
        zqos.run(GET).succeeds();
    }
    let asked: Vec<_> =
        server.requests().into_iter().filter(|request| request.method == "POST").collect();
    assert_eq!(asked.len(), 5);
    assert!(asked.windows(2).all(|pair| {
        pair[0].header("authorization") == pair[1].header("authorization")
            && pair[0].body == pair[1].body
    }));
}

#[test]
fn a_secret_that_can_not_be_had_is_refused() {
    for (setting, reason) in [
        ("access_token_file = '/none/such'", "the secret in `/none/such` can't be read"),
        ("access_token_file = '/'", "the secret in `/` can't be read"),
        ("access_token_file = '/dev/null'", "the secret from the file `/dev/null` is empty"),
        ("access_token_command = 'exit 3'", "the command for a secret failed"),
        ("access_token_command = 'true'", "the secret from a command is empty"),
        (r"access_token_command = 'printf \\377'", "printed something that is no text"),
    ] {
        let zqos = Zqos::new().config(&format!("[accounts.x]\n{setting}"));
        zqos.run(GET).refuses(reason);
    }
}

#[test]
fn a_file_that_holds_a_secret_and_that_others_can_read_is_refused() {
    let config = format!("[accounts.x]\naccess_token = '{TOKEN}'");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        let zqos = Zqos::new().config(&config).mode(mode);
        let run = zqos.run(GET).refuses("holds a secret and can be read by others");
        run.explains(&["error: ", "hint: chmod 600 '"]);
    }
    // Without a secret in it anybody may read it.
    Zqos::new().mode(0o644).run(["config", "show"]).succeeds();
    // The file that a setting names is held to the same.
    let zqos = Zqos::new().config("[accounts.x]\naccess_token_file = 'shared'");
    let path = zqos.file("shared", TOKEN);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(path, mode).unwrap();
    zqos.run(GET).refuses("`shared` holds a secret and can be read by others");
}

#[test]
fn a_file_that_can_not_be_read_is_refused() {
    let zqos = Zqos::new();
    for (name, value) in [("--config", "/none/such.toml"), ("--config", "/")] {
        let run = zqos.run(GET.iter().chain(&[name, value]));
        run.refuses("the configuration `").explains(&["error: ", "hint: `zqos config default`"]);
    }
    Zqos::new().env("ZQOS_CONFIG", "/none/such.toml").run(GET).refuses("can't be read");
}

#[test]
fn a_file_that_is_wrong_is_refused_at_its_place_without_quoting_it() {
    for (config, reason) in [
        (format!("[accounts.x]\naccess_token = {TOKEN}"), "line 6, column "),
        (format!("[accounts.x]\nacces_token = '{TOKEN}'"), "unknown field `acces_token`"),
        (format!("[accounts]\nx = '{TOKEN}'"), "line 6, column 5: invalid type: string, expected"),
        (format!("[accounts.x]\nplan = ['{TOKEN}']"), "invalid type: sequence, expected a string"),
        (format!("[accounts.x.access_token]\nvalue = '{TOKEN}'"), "invalid type: map, expected"),
        ("[http]\ntries = 3".to_owned(), "duplicate"),
        ("[accounts.all]".to_owned(), "an account can't be named `all`"),
        ("[accounts.'a/b']".to_owned(), "an account can't be named `a/b`"),
        ("[accounts.x]\nplan = 'gold'".to_owned(), "`gold` is not a plan"),
        (
            "[accounts.x]\naccess_token = 7".to_owned(),
            "line 6, column 16: invalid type: integer, expected a string",
        ),
    ] {
        Zqos::new().config(&config).run(GET).refuses(reason);
    }
    for (name, value, reason) in [
        ("tries", "-1", "line 5, column 9: invalid value: integer, expected u32"),
        ("read_timeout_s", "0", "[http] `read_timeout_s` is not a number of seconds above 0"),
        ("whole_timeout_s", "nan", "[http] `whole_timeout_s` is not a number of seconds"),
        ("connect_timeout_s", "-1", "[http] `connect_timeout_s` is not a number of seconds"),
        ("retry_for_s", "1e300", "[http] `retry_for_s` is not a number of seconds"),
        ("max_body_mib", "0", "[http] `max_body_mib` is out of range"),
        ("max_body_mib", "9223372036854775807", "[http] `max_body_mib` is out of range"),
        ("tires", "3", "unknown field `tires`"),
    ] {
        Zqos::new().http(name, value).run(GET).refuses(reason);
    }
    Zqos::new().top("tz = 'Mars/Olympus'").run(GET).refuses("`Mars/Olympus` is not a time zone");
    Zqos::new().top("time = 'UTC'").run(GET).refuses("unknown field `time`");
}

#[test]
fn a_base_url_with_a_typo_is_refused() {
    for (base, reason) in [
        ("api.zoom.us/v2", "it has no scheme"),
        ("htps://api.zoom.us/v2", "`htps` is not a scheme"),
        ("https//api.zoom.us/v2", "it has no scheme"),
        ("https://", "empty host"),
        ("https://api zoom us/v2", "invalid international domain name"),
        ("https://api.zoom.us:99999/v2", "invalid port number"),
        ("http://api.zoom.us/v2", "over plain http the credential could be read"),
        ("http://127.0.0.1.evil.example/v2", "over plain http"),
        ("ftp://api.zoom.us/v2", "`ftp` is not a scheme"),
        ("https://api.zoom.us/v2?x=1", "it ends before `?` and `#`"),
        ("https://api.zoom.us/v2#x", "it ends before `?` and `#`"),
        (&format!("https://{USERINFO}@api.zoom.us/v2"), "a user name and password do not belong"),
    ] {
        let with_token = || Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN);
        for variable in ["ZOOM_API_BASE", "ZOOM_OAUTH_BASE"] {
            with_token().env(variable, base).run(GET).refuses(reason);
        }
        for setting in ["api_base", "oauth_base"] {
            let config = format!("[accounts.x]\naccess_token = '{TOKEN}'\n{setting} = '{base}'");
            Zqos::new().config(&config).run(["config", "check"]).refuses(reason);
        }
        let print = GET.iter().chain(&["--print-request", "curl"]);
        Zqos::new().env("ZOOM_API_BASE", base).run(print).refuses(reason);
    }
}

#[test]
fn a_base_url_may_end_with_a_slash() {
    let server = reporting(json(fixtures::seed_report()));
    let base = format!(" {}/v2/ ", server.url());
    Zqos::at(&server).env("ZOOM_API_BASE", base).run(GET).succeeds();
    assert!(server.requests()[0].target.starts_with("/v2/metrics/"));
}

#[test]
fn a_setting_comes_by_flag_then_environment_then_file() {
    let server = reporting(json(fixtures::seed_report()));
    let nowhere = "https://zqos.invalid/v2";
    let zqos = Zqos::at(&server)
        .config(&format!("[accounts.x]\naccess_token = 'of-the-file'\napi_base = '{nowhere}'"));
    zqos.run(GET).succeeds();
    assert_eq!(server.requests()[0].header("authorization"), Some(&*format!("Bearer {TOKEN}")));

    let zqos = Zqos::new().top("tz = 'Europe/Berlin'").env("TZ", "Asia/Tokyo");
    // The file's zone is zqos's own setting; the system's holds without it.
    assert!(zqos.run(["config", "show"]).says("tz = \"Europe/Berlin\""));
    assert!(zqos.run(["config", "show", "--tz", "America/Lima"]).says("tz = \"America/Lima\""));

    let other = zqos.file("other.toml", "tz = 'Africa/Cairo'");
    let other = other.to_str().unwrap();
    let by_variable = Zqos::new().env("ZQOS_CONFIG", "/none/such.toml");
    let run = by_variable.run(["config", "show", "--config", other]).succeeds();
    assert!(run.says("tz = \"Africa/Cairo\""));
    assert!(Zqos::new().env("ZQOS_CONFIG", other).run(["config", "show"]).says("Africa/Cairo"));
}

#[test]
fn empty_variables_are_none() {
    let zqos = ["ZOOM_ACCESS_TOKEN", "ZOOM_ACCOUNT_ID", "ZOOM_API_BASE", "ZOOM_CLIENT_SECRET_FILE"]
        .into_iter()
        .fold(Zqos::new(), |zqos, name| zqos.env(name, ""));
    zqos.run(GET).refuses("there is no credential for the account `default`");
}
