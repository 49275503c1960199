
use builtin;
use str;

set edit:completion:arg-completer[zqos] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'zqos'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'zqos'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand get 'Fetch the quality-of-service report of one participant, or of all'
            cand meetings 'List meetings or webinars'
            cand participants 'List who took part in a meeting: one row for each join'
            cand api 'Send any GET request of Zoom''s API, with our authentication, limits and retries'
            cand auth 'Look at the credential'
            cand config 'Look at the configuration'
            cand sim 'Serve a simulated Zoom: a company whose meetings can be asked for without an account'
            cand demo 'Show the main job on a simulated company, without an account'
            cand import 'Take saved answers of Zoom''s API into the store'
            cand collect 'Fetch every report of an account into the store, inside the quota'
            cand receive 'Take in what Zoom pushes: the endpoint of a webhook'
            cand status 'Show what the store has of a day, what is missing and why, and the quota'
            cand find 'Find the meetings of a person: the joins that the store has'
            cand compare 'Say whether a cohort, or a change, made a difference beyond chance'
            cand diagnose 'Say what went wrong, for whom, when and why'
            cand store 'Look after the store'
            cand sql 'Ask the store, or files, in SQL'
            cand serve 'Show the store: a dashboard, an API, Zoom''s own API, metrics'
            cand client 'Credentials for the server'
            cand completions 'Print a script that completes commands in a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;get'= {
            cand --type '`live` or `past`; if not given, live is asked first, and past when Zoom knows no live one'
            cand --at 'The instance that ran at this time, such as `yesterday 10:00`'
            cand --topic 'Without MEETING: the one whose topic has this in it'
            cand --host 'Without MEETING: the one whose host''s name or e-mail address has this in it'
            cand --person 'The participant, looked up by name or e-mail address'
            cand --print-request 'Print the request and send nothing; there is never a token in it'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --webinar 'The meeting is a webinar'
            cand --summary 'The summary of the whole join, which needs the QSS add-on; past meetings only'
            cand --include 'Also show the status line and headers, on standard error'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;meetings'= {
            cand --type 'Which meetings'
            cand --from 'From this time on: a date, `2026-11-22 10:05`, `yesterday`, `-7d`; today''s midnight if not given'
            cand --to 'Until before this time; now if not given'
            cand --at 'Only those that ran at this time'
            cand --host 'Only those whose host''s name or e-mail address has this in it'
            cand --topic 'Only those whose topic has this in it'
            cand --participant 'Only those in which somebody of this name or e-mail address took part; costs a call for each meeting that the other conditions leave'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --webinar 'List webinars'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;participants'= {
            cand --type '`live` or `past`; if not given, live is asked first, and past when Zoom knows no live one'
            cand --at 'The instance that ran at this time, such as `yesterday 10:00`'
            cand --topic 'Without MEETING: the one whose topic has this in it'
            cand --host 'Without MEETING: the one whose host''s name or e-mail address has this in it'
            cand --person 'Only those whose name or e-mail address has this in it'
            cand --participant 'Only those whose name or e-mail address has this in it'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --webinar 'The meeting is a webinar'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;api'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --all 'Follow the pages, and give all rows as one answer'
            cand --include 'Also show the status line and headers, on standard error'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;auth'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand check 'Is the credential good, which scopes has it, which limits, and is the clock right'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;auth;check'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;auth;help'= {
            cand check 'Is the credential good, which scopes has it, which limits, and is the clock right'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;auth;help;check'= {
        }
        &'zqos;auth;help;help'= {
        }
        &'zqos;config'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show the settings in force, without secrets'
            cand default 'Print a configuration file with every setting explained'
            cand check 'Check the settings in force without asking Zoom'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;config;show'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;config;default'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;config;check'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;config;help'= {
            cand show 'Show the settings in force, without secrets'
            cand default 'Print a configuration file with every setting explained'
            cand check 'Check the settings in force without asking Zoom'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;config;help;show'= {
        }
        &'zqos;config;help;default'= {
        }
        &'zqos;config;help;check'= {
        }
        &'zqos;config;help;help'= {
        }
        &'zqos;sim'= {
            cand --listen 'Where to listen'
            cand --seed 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given'
            cand --people 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given'
            cand --now 'What the clock shows at first; past meetings lie in the days before. The time now if not given'
            cand --scenario 'A file that plans what goes wrong'
            cand --speed 'How many times as fast as usual the clock runs'
            cand --plan 'The plan, which decides the limits'
            cand --limits 'How calls are counted against the limits'
            cand --limit-headers 'Which headers tell of the limits'
            cand --retry-after 'How `Retry-After` tells when a daily limit ends'
            cand --foreign-app 'Another app of the account that makes so many heavy calls an hour'
            cand --tokens 'How many access tokens are good at once'
            cand --scopes 'What the app may call: `classic`, `granular`, or scopes between commas'
            cand --without 'What the account lacks; may be repeated'
            cand --overflow 'What becomes of a page that is too large and a range that is too long'
            cand --build-delay 'How long after the end of a meeting its past report appears, such as 10m'
            cand --partial 'How many of a hundred past reports lack something until 30 minutes after the end'
            cand --dialect 'How figures are spelt'
            cand --quirk 'An oddity that answers have; may be repeated'
            cand --fault 'Misbehave in a share of all requests, 0.1 if not said otherwise; may be given several times'
            cand --events 'Send events to this URL on this machine, once it has passed Zoom''s validation'
            cand --events-secret-file 'The file with the secret token that signs what is sent there; `sim-events-secret` if not given'
            cand --events-mode 'How the figures of a minute come'
            cand --qss-hosts 'How many of a hundred hosts have QSS; meetings of others have no quality of service events'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --legacy-baa 'The account has a legacy BAA: names and addresses of participants are blank'
            cand --events-phone 'Tell of phone calls, too'
            cand --events-sessions 'Tell of meetings and webinars as sessions of the Video SDK'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand truth 'Print what really went wrong: the incidents, and the minutes that each of them made worse'
            cand events 'Print the events of a range, as they would be sent'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;sim;truth'= {
            cand --seed 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given'
            cand --people 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given'
            cand --now 'What the clock shows at first; past meetings lie in the days before. The time now if not given'
            cand --scenario 'A file that plans what goes wrong'
            cand --from 'From when on; seven days before the simulated now if not given'
            cand --to 'Until when, itself not included; the simulated now if not given'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;sim;events'= {
            cand --seed 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given'
            cand --people 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given'
            cand --now 'What the clock shows at first; past meetings lie in the days before. The time now if not given'
            cand --scenario 'A file that plans what goes wrong'
            cand --from 'From when on; seven days before the simulated now if not given'
            cand --to 'Until when, itself not included; the simulated now if not given'
            cand --events-mode 'How the figures of a minute come'
            cand --qss-hosts 'How many of a hundred hosts have QSS; meetings of others have no quality of service events'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --events-phone 'Tell of phone calls, too'
            cand --events-sessions 'Tell of meetings and webinars as sessions of the Video SDK'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;sim;help'= {
            cand truth 'Print what really went wrong: the incidents, and the minutes that each of them made worse'
            cand events 'Print the events of a range, as they would be sent'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;sim;help;truth'= {
        }
        &'zqos;sim;help;events'= {
        }
        &'zqos;sim;help;help'= {
        }
        &'zqos;demo'= {
            cand --now 'What the company''s clock shows; the meeting lies in the week before. The time now if not given'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --once 'End after the report'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;import'= {
            cand --meeting 'The UUID of the meeting that answers are of which do not say so: Zoom''s reports name only its number'
            cand --sites 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;collect'= {
            cand --from 'Meetings that began from this time on, six months back at most; yesterday''s midnight if not given'
            cand --to 'Meetings that began before this time; now if not given'
            cand --sites 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --once 'End when the daily quota is spent, instead of waiting for the next day''s'
            cand --past 'Go on until interrupted: every quarter of an hour, fetch what has ended since'
            cand --live 'The same, and sample meetings that run, by calls that past reports do not need'
            cand --phone 'Collect calls of Zoom Phone too, for which the app needs scopes of its own'
            cand --fetch-pushed 'Fetch reports of meetings too of which every minute was pushed'
            cand --plan 'Print how many calls it would take and for what, and whether the quota suffices; ask nothing'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;receive'= {
            cand --listen 'Where to listen'
            cand --tls-cert 'The certificate, with what leads to its root, in PEM'
            cand --tls-key 'Its key, in PEM'
            cand --window 'How far from now an event may be signed without being counted as one from another time; it is kept in any case'
            cand --sites 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --behind-proxy 'A reverse proxy speaks TLS in front of it'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;status'= {
            cand --day 'The day, such as `yesterday` or `2026-11-20`; yesterday if nothing is given'
            cand --from 'Meetings that began from this time on'
            cand --to 'Meetings that began before this time; now if not given'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;find'= {
            cand --at 'Who was there at this time, else within an hour'
            cand --from 'Who was there from this time on; the last seven days if nothing is given'
            cand --to 'Until before this time; now if not given'
            cand --topic 'Only meetings whose topic has this in it'
            cand --host 'Only meetings whose host''s name or e-mail address has this in it'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --online 'Ask Zoom instead of the store, which takes a call for each meeting of that time'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;compare'= {
            cand --change 'When something was changed: after it is compared with before'
            cand --where 'The cohort: a condition in SQL over the columns of `participants` and `meetings`. With `--change`, those whom it holds for afterwards'
            cand --against 'What the cohort is compared with, likewise; all others if not given'
            cand --by 'Ranks all cohorts that joins are told apart by'
            cand --from 'From this time on; 14 days before the change, else the last 28 days, if not given'
            cand --to 'Until before this time; 14 days after the change, or now, if not given'
            cand --medium 'Of what the verdicts are'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;diagnose'= {
            cand --at 'The meeting that ran at this time'
            cand --topic 'The meeting whose topic has this in it'
            cand --host 'The meeting whose host''s name or e-mail address has this in it'
            cand --person 'A person: in the meeting, or without one in all of the last 30 days'
            cand --site 'A site, by its name'
            cand --cause 'Every incident of a cause, such as `tcp-fallback`'
            cand --from 'From this time on'
            cand --to 'Until before this time; now if not given'
            cand --days 'The last days, in place of `--from`'
            cand --sites 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names'
            cand --people 'The people file, CSV with the header `email,name,team,site,vip`, likewise'
            cand --asn 'The file of autonomous systems, CSV with the header `network,asn,name`, likewise'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand info 'Show what is in it: tables, days, files, rows, bytes'
            cand compact 'Make one file of the many that a day has, with each row once, and seal days that are over'
            cand verify 'Read every file through, and tell each that is damaged or gone'
            cand replay 'Make rows of dead letters, as far as this version of zqos can'
            cand expire 'Remove the days before a time, of all tables'
            cand forget 'Erase a person, and keep him out from now on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;store;info'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store;compact'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store;verify'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store;replay'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --list 'Show what waits, and why; do nothing'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store;expire'= {
            cand --before 'Days that ended before this go: a date, an instant, or a time ago, as in `-400d`'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store;forget'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;store;help'= {
            cand info 'Show what is in it: tables, days, files, rows, bytes'
            cand compact 'Make one file of the many that a day has, with each row once, and seal days that are over'
            cand verify 'Read every file through, and tell each that is damaged or gone'
            cand replay 'Make rows of dead letters, as far as this version of zqos can'
            cand expire 'Remove the days before a time, of all tables'
            cand forget 'Erase a person, and keep him out from now on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;store;help;info'= {
        }
        &'zqos;store;help;compact'= {
        }
        &'zqos;store;help;verify'= {
        }
        &'zqos;store;help;replay'= {
        }
        &'zqos;store;help;expire'= {
        }
        &'zqos;store;help;forget'= {
        }
        &'zqos;store;help;help'= {
        }
        &'zqos;sql'= {
            cand --output 'Writes the rows into a file: `.parquet`, `.csv`, `.ndjson` or `.arrow`'
            cand --timeout 'Stops the query after so many seconds'
            cand --memory 'The memory of the query; what does not fit goes into temporary files'
            cand --sites 'The site map that `site_of` looks into, in place of the one that the configuration names'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;serve'= {
            cand --listen 'Where to listen'
            cand --host 'A name by which the server may be called, beside addresses of this machine; several may be given'
            cand --tls-cert 'The certificate, with what leads to its root, in PEM'
            cand --tls-key 'Its key, in PEM'
            cand --behind-proxy 'A reverse proxy speaks TLS in front of it, and adds this header, such as `X-Forwarded-Proto`'
            cand --memory 'The memory of all queries together; what does not fit goes into temporary files'
            cand --rate 'How many requests a second each client and session may send, and each address that signs in, again and again; ten times as many at once; 0 for as many as they like'
            cand --archive-rate 'The same of Zoom''s own API below `/v2`'
            cand --sql-timeout 'Stops such a query after so many seconds'
            cand --sql-memory 'The memory of one; what does not fit goes into temporary files'
            cand --sql-at-once 'How many run at once'
            cand --sites 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names'
            cand --people 'The people file, CSV with the header `email,name,team,site,vip`, likewise'
            cand --asn 'The file of autonomous systems, CSV with the header `network,asn,name`, likewise'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand --share-safe 'Shows nobody''s name, address or words, to nobody'
            cand --sql 'Answers queries in SQL of analysts and admins, each in a process of its own'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;client'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand add 'Make credentials, and print them once'
            cand list 'List who has some'
            cand revoke 'Take somebody''s away'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;client;add'= {
            cand --role 'What it may see'
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;client;list'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;client;revoke'= {
            cand --store 'The store''s folder'
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;client;help'= {
            cand add 'Make credentials, and print them once'
            cand list 'List who has some'
            cand revoke 'Take somebody''s away'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;client;help;add'= {
        }
        &'zqos;client;help;list'= {
        }
        &'zqos;client;help;revoke'= {
        }
        &'zqos;client;help;help'= {
        }
        &'zqos;completions'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;man'= {
            cand --account 'The account, by its name in the configuration; `all` where a command can ask several'
            cand --config 'The configuration file, in place of the usual one'
            cand --format 'How rows come out; a table on a terminal, else JSON, if not given'
            cand --tz 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given'
            cand -v 'Says more on standard error: once, every request and wait; twice, everything'
            cand --verbose 'Says more on standard error: once, every request and wait; twice, everything'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'zqos;help'= {
            cand get 'Fetch the quality-of-service report of one participant, or of all'
            cand meetings 'List meetings or webinars'
            cand participants 'List who took part in a meeting: one row for each join'
            cand api 'Send any GET request of Zoom''s API, with our authentication, limits and retries'
            cand auth 'Look at the credential'
            cand config 'Look at the configuration'
            cand sim 'Serve a simulated Zoom: a company whose meetings can be asked for without an account'
            cand demo 'Show the main job on a simulated company, without an account'
            cand import 'Take saved answers of Zoom''s API into the store'
            cand collect 'Fetch every report of an account into the store, inside the quota'
            cand receive 'Take in what Zoom pushes: the endpoint of a webhook'
            cand status 'Show what the store has of a day, what is missing and why, and the quota'
            cand find 'Find the meetings of a person: the joins that the store has'
            cand compare 'Say whether a cohort, or a change, made a difference beyond chance'
            cand diagnose 'Say what went wrong, for whom, when and why'
            cand store 'Look after the store'
            cand sql 'Ask the store, or files, in SQL'
            cand serve 'Show the store: a dashboard, an API, Zoom''s own API, metrics'
            cand client 'Credentials for the server'
            cand completions 'Print a script that completes commands in a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'zqos;help;get'= {
        }
        &'zqos;help;meetings'= {
        }
        &'zqos;help;participants'= {
        }
        &'zqos;help;api'= {
        }
        &'zqos;help;auth'= {
            cand check 'Is the credential good, which scopes has it, which limits, and is the clock right'
        }
        &'zqos;help;auth;check'= {
        }
        &'zqos;help;config'= {
            cand show 'Show the settings in force, without secrets'
            cand default 'Print a configuration file with every setting explained'
            cand check 'Check the settings in force without asking Zoom'
        }
        &'zqos;help;config;show'= {
        }
        &'zqos;help;config;default'= {
        }
        &'zqos;help;config;check'= {
        }
        &'zqos;help;sim'= {
            cand truth 'Print what really went wrong: the incidents, and the minutes that each of them made worse'
            cand events 'Print the events of a range, as they would be sent'
        }
        &'zqos;help;sim;truth'= {
        }
        &'zqos;help;sim;events'= {
        }
        &'zqos;help;demo'= {
        }
        &'zqos;help;import'= {
        }
        &'zqos;help;collect'= {
        }
        &'zqos;help;receive'= {
        }
        &'zqos;help;status'= {
        }
        &'zqos;help;find'= {
        }
        &'zqos;help;compare'= {
        }
        &'zqos;help;diagnose'= {
        }
        &'zqos;help;store'= {
            cand info 'Show what is in it: tables, days, files, rows, bytes'
            cand compact 'Make one file of the many that a day has, with each row once, and seal days that are over'
            cand verify 'Read every file through, and tell each that is damaged or gone'
            cand replay 'Make rows of dead letters, as far as this version of zqos can'
            cand expire 'Remove the days before a time, of all tables'
            cand forget 'Erase a person, and keep him out from now on'
        }
        &'zqos;help;store;info'= {
        }
        &'zqos;help;store;compact'= {
        }
        &'zqos;help;store;verify'= {
        }
        &'zqos;help;store;replay'= {
        }
        &'zqos;help;store;expire'= {
        }
        &'zqos;help;store;forget'= {
        }
        &'zqos;help;sql'= {
        }
        &'zqos;help;serve'= {
        }
        &'zqos;help;client'= {
            cand add 'Make credentials, and print them once'
            cand list 'List who has some'
            cand revoke 'Take somebody''s away'
        }
        &'zqos;help;client;add'= {
        }
        &'zqos;help;client;list'= {
        }
        &'zqos;help;client;revoke'= {
        }
        &'zqos;help;completions'= {
        }
        &'zqos;help;man'= {
        }
        &'zqos;help;help'= {
        }
    ]
    $completions[$command]
}
