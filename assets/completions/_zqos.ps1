
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'zqos' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'zqos'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'zqos' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Fetch the quality-of-service report of one participant, or of all')
            [CompletionResult]::new('meetings', 'meetings', [CompletionResultType]::ParameterValue, 'List meetings or webinars')
            [CompletionResult]::new('participants', 'participants', [CompletionResultType]::ParameterValue, 'List who took part in a meeting: one row for each join')
            [CompletionResult]::new('api', 'api', [CompletionResultType]::ParameterValue, 'Send any GET request of Zoom''s API, with our authentication, limits and retries')
            [CompletionResult]::new('auth', 'auth', [CompletionResultType]::ParameterValue, 'Look at the credential')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Look at the configuration')
            [CompletionResult]::new('sim', 'sim', [CompletionResultType]::ParameterValue, 'Serve a simulated Zoom: a company whose meetings can be asked for without an account')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show the main job on a simulated company, without an account')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take saved answers of Zoom''s API into the store')
            [CompletionResult]::new('collect', 'collect', [CompletionResultType]::ParameterValue, 'Fetch every report of an account into the store, inside the quota')
            [CompletionResult]::new('receive', 'receive', [CompletionResultType]::ParameterValue, 'Take in what Zoom pushes: the endpoint of a webhook')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what the store has of a day, what is missing and why, and the quota')
            [CompletionResult]::new('find', 'find', [CompletionResultType]::ParameterValue, 'Find the meetings of a person: the joins that the store has')
            [CompletionResult]::new('compare', 'compare', [CompletionResultType]::ParameterValue, 'Say whether a cohort, or a change, made a difference beyond chance')
            [CompletionResult]::new('diagnose', 'diagnose', [CompletionResultType]::ParameterValue, 'Say what went wrong, for whom, when and why')
            [CompletionResult]::new('store', 'store', [CompletionResultType]::ParameterValue, 'Look after the store')
            [CompletionResult]::new('sql', 'sql', [CompletionResultType]::ParameterValue, 'Ask the store, or files, in SQL')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Show the store: a dashboard, an API, Zoom''s own API, metrics')
            [CompletionResult]::new('client', 'client', [CompletionResultType]::ParameterValue, 'Credentials for the server')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a script that completes commands in a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;get' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, '`live` or `past`; if not given, live is asked first, and past when Zoom knows no live one')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'The instance that ran at this time, such as `yesterday 10:00`')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Without MEETING: the one whose topic has this in it')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Without MEETING: the one whose host''s name or e-mail address has this in it')
            [CompletionResult]::new('--person', '--person', [CompletionResultType]::ParameterName, 'The participant, looked up by name or e-mail address')
            [CompletionResult]::new('--print-request', '--print-request', [CompletionResultType]::ParameterName, 'Print the request and send nothing; there is never a token in it')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--webinar', '--webinar', [CompletionResultType]::ParameterName, 'The meeting is a webinar')
            [CompletionResult]::new('--summary', '--summary', [CompletionResultType]::ParameterName, 'The summary of the whole join, which needs the QSS add-on; past meetings only')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Also show the status line and headers, on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;meetings' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Which meetings')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this time on: a date, `2026-11-22 10:05`, `yesterday`, `-7d`; today''s midnight if not given')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this time; now if not given')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Only those that ran at this time')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Only those whose host''s name or e-mail address has this in it')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Only those whose topic has this in it')
            [CompletionResult]::new('--participant', '--participant', [CompletionResultType]::ParameterName, 'Only those in which somebody of this name or e-mail address took part; costs a call for each meeting that the other conditions leave')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--webinar', '--webinar', [CompletionResultType]::ParameterName, 'List webinars')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;participants' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, '`live` or `past`; if not given, live is asked first, and past when Zoom knows no live one')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'The instance that ran at this time, such as `yesterday 10:00`')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Without MEETING: the one whose topic has this in it')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Without MEETING: the one whose host''s name or e-mail address has this in it')
            [CompletionResult]::new('--person', '--person', [CompletionResultType]::ParameterName, 'Only those whose name or e-mail address has this in it')
            [CompletionResult]::new('--participant', '--participant', [CompletionResultType]::ParameterName, 'Only those whose name or e-mail address has this in it')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--webinar', '--webinar', [CompletionResultType]::ParameterName, 'The meeting is a webinar')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;api' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Follow the pages, and give all rows as one answer')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Also show the status line and headers, on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;auth' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Is the credential good, which scopes has it, which limits, and is the clock right')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;auth;check' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;auth;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Is the credential good, which scopes has it, which limits, and is the clock right')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;auth;help;check' {
            break
        }
        'zqos;auth;help;help' {
            break
        }
        'zqos;config' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings in force, without secrets')
            [CompletionResult]::new('default', 'default', [CompletionResultType]::ParameterValue, 'Print a configuration file with every setting explained')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the settings in force without asking Zoom')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;config;show' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;config;default' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;config;check' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings in force, without secrets')
            [CompletionResult]::new('default', 'default', [CompletionResultType]::ParameterValue, 'Print a configuration file with every setting explained')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the settings in force without asking Zoom')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;config;help;show' {
            break
        }
        'zqos;config;help;default' {
            break
        }
        'zqos;config;help;check' {
            break
        }
        'zqos;config;help;help' {
            break
        }
        'zqos;sim' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where to listen')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given')
            [CompletionResult]::new('--people', '--people', [CompletionResultType]::ParameterName, 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'What the clock shows at first; past meetings lie in the days before. The time now if not given')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'A file that plans what goes wrong')
            [CompletionResult]::new('--speed', '--speed', [CompletionResultType]::ParameterName, 'How many times as fast as usual the clock runs')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The plan, which decides the limits')
            [CompletionResult]::new('--limits', '--limits', [CompletionResultType]::ParameterName, 'How calls are counted against the limits')
            [CompletionResult]::new('--limit-headers', '--limit-headers', [CompletionResultType]::ParameterName, 'Which headers tell of the limits')
            [CompletionResult]::new('--retry-after', '--retry-after', [CompletionResultType]::ParameterName, 'How `Retry-After` tells when a daily limit ends')
            [CompletionResult]::new('--foreign-app', '--foreign-app', [CompletionResultType]::ParameterName, 'Another app of the account that makes so many heavy calls an hour')
            [CompletionResult]::new('--tokens', '--tokens', [CompletionResultType]::ParameterName, 'How many access tokens are good at once')
            [CompletionResult]::new('--scopes', '--scopes', [CompletionResultType]::ParameterName, 'What the app may call: `classic`, `granular`, or scopes between commas')
            [CompletionResult]::new('--without', '--without', [CompletionResultType]::ParameterName, 'What the account lacks; may be repeated')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'What becomes of a page that is too large and a range that is too long')
            [CompletionResult]::new('--build-delay', '--build-delay', [CompletionResultType]::ParameterName, 'How long after the end of a meeting its past report appears, such as 10m')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'How many of a hundred past reports lack something until 30 minutes after the end')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How figures are spelt')
            [CompletionResult]::new('--quirk', '--quirk', [CompletionResultType]::ParameterName, 'An oddity that answers have; may be repeated')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Misbehave in a share of all requests, 0.1 if not said otherwise; may be given several times')
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'Send events to this URL on this machine, once it has passed Zoom''s validation')
            [CompletionResult]::new('--events-secret-file', '--events-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret token that signs what is sent there; `sim-events-secret` if not given')
            [CompletionResult]::new('--events-mode', '--events-mode', [CompletionResultType]::ParameterName, 'How the figures of a minute come')
            [CompletionResult]::new('--qss-hosts', '--qss-hosts', [CompletionResultType]::ParameterName, 'How many of a hundred hosts have QSS; meetings of others have no quality of service events')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--legacy-baa', '--legacy-baa', [CompletionResultType]::ParameterName, 'The account has a legacy BAA: names and addresses of participants are blank')
            [CompletionResult]::new('--events-phone', '--events-phone', [CompletionResultType]::ParameterName, 'Tell of phone calls, too')
            [CompletionResult]::new('--events-sessions', '--events-sessions', [CompletionResultType]::ParameterName, 'Tell of meetings and webinars as sessions of the Video SDK')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('truth', 'truth', [CompletionResultType]::ParameterValue, 'Print what really went wrong: the incidents, and the minutes that each of them made worse')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'Print the events of a range, as they would be sent')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;sim;truth' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given')
            [CompletionResult]::new('--people', '--people', [CompletionResultType]::ParameterName, 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'What the clock shows at first; past meetings lie in the days before. The time now if not given')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'A file that plans what goes wrong')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From when on; seven days before the simulated now if not given')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until when, itself not included; the simulated now if not given')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;sim;events' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given')
            [CompletionResult]::new('--people', '--people', [CompletionResultType]::ParameterName, 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'What the clock shows at first; past meetings lie in the days before. The time now if not given')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'A file that plans what goes wrong')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From when on; seven days before the simulated now if not given')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until when, itself not included; the simulated now if not given')
            [CompletionResult]::new('--events-mode', '--events-mode', [CompletionResultType]::ParameterName, 'How the figures of a minute come')
            [CompletionResult]::new('--qss-hosts', '--qss-hosts', [CompletionResultType]::ParameterName, 'How many of a hundred hosts have QSS; meetings of others have no quality of service events')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--events-phone', '--events-phone', [CompletionResultType]::ParameterName, 'Tell of phone calls, too')
            [CompletionResult]::new('--events-sessions', '--events-sessions', [CompletionResultType]::ParameterName, 'Tell of meetings and webinars as sessions of the Video SDK')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;sim;help' {
            [CompletionResult]::new('truth', 'truth', [CompletionResultType]::ParameterValue, 'Print what really went wrong: the incidents, and the minutes that each of them made worse')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'Print the events of a range, as they would be sent')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;sim;help;truth' {
            break
        }
        'zqos;sim;help;events' {
            break
        }
        'zqos;sim;help;help' {
            break
        }
        'zqos;demo' {
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'What the company''s clock shows; the meeting lies in the week before. The time now if not given')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--once', '--once', [CompletionResultType]::ParameterName, 'End after the report')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;import' {
            [CompletionResult]::new('--meeting', '--meeting', [CompletionResultType]::ParameterName, 'The UUID of the meeting that answers are of which do not say so: Zoom''s reports name only its number')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;collect' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Meetings that began from this time on, six months back at most; yesterday''s midnight if not given')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Meetings that began before this time; now if not given')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--once', '--once', [CompletionResultType]::ParameterName, 'End when the daily quota is spent, instead of waiting for the next day''s')
            [CompletionResult]::new('--past', '--past', [CompletionResultType]::ParameterName, 'Go on until interrupted: every quarter of an hour, fetch what has ended since')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'The same, and sample meetings that run, by calls that past reports do not need')
            [CompletionResult]::new('--phone', '--phone', [CompletionResultType]::ParameterName, 'Collect calls of Zoom Phone too, for which the app needs scopes of its own')
            [CompletionResult]::new('--fetch-pushed', '--fetch-pushed', [CompletionResultType]::ParameterName, 'Fetch reports of meetings too of which every minute was pushed')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Print how many calls it would take and for what, and whether the quota suffices; ask nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;receive' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where to listen')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'The certificate, with what leads to its root, in PEM')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Its key, in PEM')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'How far from now an event may be signed without being counted as one from another time; it is kept in any case')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--behind-proxy', '--behind-proxy', [CompletionResultType]::ParameterName, 'A reverse proxy speaks TLS in front of it')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;status' {
            [CompletionResult]::new('--day', '--day', [CompletionResultType]::ParameterName, 'The day, such as `yesterday` or `2026-11-20`; yesterday if nothing is given')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Meetings that began from this time on')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Meetings that began before this time; now if not given')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;find' {
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Who was there at this time, else within an hour')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Who was there from this time on; the last seven days if nothing is given')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this time; now if not given')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Only meetings whose topic has this in it')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Only meetings whose host''s name or e-mail address has this in it')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--online', '--online', [CompletionResultType]::ParameterName, 'Ask Zoom instead of the store, which takes a call for each meeting of that time')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;compare' {
            [CompletionResult]::new('--change', '--change', [CompletionResultType]::ParameterName, 'When something was changed: after it is compared with before')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'The cohort: a condition in SQL over the columns of `participants` and `meetings`. With `--change`, those whom it holds for afterwards')
            [CompletionResult]::new('--against', '--against', [CompletionResultType]::ParameterName, 'What the cohort is compared with, likewise; all others if not given')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Ranks all cohorts that joins are told apart by')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this time on; 14 days before the change, else the last 28 days, if not given')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this time; 14 days after the change, or now, if not given')
            [CompletionResult]::new('--medium', '--medium', [CompletionResultType]::ParameterName, 'Of what the verdicts are')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;diagnose' {
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'The meeting that ran at this time')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'The meeting whose topic has this in it')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The meeting whose host''s name or e-mail address has this in it')
            [CompletionResult]::new('--person', '--person', [CompletionResultType]::ParameterName, 'A person: in the meeting, or without one in all of the last 30 days')
            [CompletionResult]::new('--site', '--site', [CompletionResultType]::ParameterName, 'A site, by its name')
            [CompletionResult]::new('--cause', '--cause', [CompletionResultType]::ParameterName, 'Every incident of a cause, such as `tcp-fallback`')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this time on')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this time; now if not given')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'The last days, in place of `--from`')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names')
            [CompletionResult]::new('--people', '--people', [CompletionResultType]::ParameterName, 'The people file, CSV with the header `email,name,team,site,vip`, likewise')
            [CompletionResult]::new('--asn', '--asn', [CompletionResultType]::ParameterName, 'The file of autonomous systems, CSV with the header `network,asn,name`, likewise')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Show what is in it: tables, days, files, rows, bytes')
            [CompletionResult]::new('compact', 'compact', [CompletionResultType]::ParameterValue, 'Make one file of the many that a day has, with each row once, and seal days that are over')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Read every file through, and tell each that is damaged or gone')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Make rows of dead letters, as far as this version of zqos can')
            [CompletionResult]::new('expire', 'expire', [CompletionResultType]::ParameterValue, 'Remove the days before a time, of all tables')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Erase a person, and keep him out from now on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;store;info' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store;compact' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store;verify' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store;replay' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'Show what waits, and why; do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store;expire' {
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'Days that ended before this go: a date, an instant, or a time ago, as in `-400d`')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store;forget' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;store;help' {
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Show what is in it: tables, days, files, rows, bytes')
            [CompletionResult]::new('compact', 'compact', [CompletionResultType]::ParameterValue, 'Make one file of the many that a day has, with each row once, and seal days that are over')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Read every file through, and tell each that is damaged or gone')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Make rows of dead letters, as far as this version of zqos can')
            [CompletionResult]::new('expire', 'expire', [CompletionResultType]::ParameterValue, 'Remove the days before a time, of all tables')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Erase a person, and keep him out from now on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;store;help;info' {
            break
        }
        'zqos;store;help;compact' {
            break
        }
        'zqos;store;help;verify' {
            break
        }
        'zqos;store;help;replay' {
            break
        }
        'zqos;store;help;expire' {
            break
        }
        'zqos;store;help;forget' {
            break
        }
        'zqos;store;help;help' {
            break
        }
        'zqos;sql' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Writes the rows into a file: `.parquet`, `.csv`, `.ndjson` or `.arrow`')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stops the query after so many seconds')
            [CompletionResult]::new('--memory', '--memory', [CompletionResultType]::ParameterName, 'The memory of the query; what does not fit goes into temporary files')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'The site map that `site_of` looks into, in place of the one that the configuration names')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where to listen')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'A name by which the server may be called, beside addresses of this machine; several may be given')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'The certificate, with what leads to its root, in PEM')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Its key, in PEM')
            [CompletionResult]::new('--behind-proxy', '--behind-proxy', [CompletionResultType]::ParameterName, 'A reverse proxy speaks TLS in front of it, and adds this header, such as `X-Forwarded-Proto`')
            [CompletionResult]::new('--memory', '--memory', [CompletionResultType]::ParameterName, 'The memory of all queries together; what does not fit goes into temporary files')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How many requests a second each client and session may send, and each address that signs in, again and again; ten times as many at once; 0 for as many as they like')
            [CompletionResult]::new('--archive-rate', '--archive-rate', [CompletionResultType]::ParameterName, 'The same of Zoom''s own API below `/v2`')
            [CompletionResult]::new('--sql-timeout', '--sql-timeout', [CompletionResultType]::ParameterName, 'Stops such a query after so many seconds')
            [CompletionResult]::new('--sql-memory', '--sql-memory', [CompletionResultType]::ParameterName, 'The memory of one; what does not fit goes into temporary files')
            [CompletionResult]::new('--sql-at-once', '--sql-at-once', [CompletionResultType]::ParameterName, 'How many run at once')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names')
            [CompletionResult]::new('--people', '--people', [CompletionResultType]::ParameterName, 'The people file, CSV with the header `email,name,team,site,vip`, likewise')
            [CompletionResult]::new('--asn', '--asn', [CompletionResultType]::ParameterName, 'The file of autonomous systems, CSV with the header `network,asn,name`, likewise')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('--share-safe', '--share-safe', [CompletionResultType]::ParameterName, 'Shows nobody''s name, address or words, to nobody')
            [CompletionResult]::new('--sql', '--sql', [CompletionResultType]::ParameterName, 'Answers queries in SQL of analysts and admins, each in a process of its own')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;client' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Make credentials, and print them once')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who has some')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Take somebody''s away')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;client;add' {
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'What it may see')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;client;list' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;client;revoke' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s folder')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;client;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Make credentials, and print them once')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who has some')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Take somebody''s away')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;client;help;add' {
            break
        }
        'zqos;client;help;list' {
            break
        }
        'zqos;client;help;revoke' {
            break
        }
        'zqos;client;help;help' {
            break
        }
        'zqos;completions' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;man' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, by its name in the configuration; `all` where a command can ask several')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file, in place of the usual one')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How rows come out; a table on a terminal, else JSON, if not given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system''s if not given')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Says more on standard error: once, every request and wait; twice, everything')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'zqos;help' {
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Fetch the quality-of-service report of one participant, or of all')
            [CompletionResult]::new('meetings', 'meetings', [CompletionResultType]::ParameterValue, 'List meetings or webinars')
            [CompletionResult]::new('participants', 'participants', [CompletionResultType]::ParameterValue, 'List who took part in a meeting: one row for each join')
            [CompletionResult]::new('api', 'api', [CompletionResultType]::ParameterValue, 'Send any GET request of Zoom''s API, with our authentication, limits and retries')
            [CompletionResult]::new('auth', 'auth', [CompletionResultType]::ParameterValue, 'Look at the credential')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Look at the configuration')
            [CompletionResult]::new('sim', 'sim', [CompletionResultType]::ParameterValue, 'Serve a simulated Zoom: a company whose meetings can be asked for without an account')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show the main job on a simulated company, without an account')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take saved answers of Zoom''s API into the store')
            [CompletionResult]::new('collect', 'collect', [CompletionResultType]::ParameterValue, 'Fetch every report of an account into the store, inside the quota')
            [CompletionResult]::new('receive', 'receive', [CompletionResultType]::ParameterValue, 'Take in what Zoom pushes: the endpoint of a webhook')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what the store has of a day, what is missing and why, and the quota')
            [CompletionResult]::new('find', 'find', [CompletionResultType]::ParameterValue, 'Find the meetings of a person: the joins that the store has')
            [CompletionResult]::new('compare', 'compare', [CompletionResultType]::ParameterValue, 'Say whether a cohort, or a change, made a difference beyond chance')
            [CompletionResult]::new('diagnose', 'diagnose', [CompletionResultType]::ParameterValue, 'Say what went wrong, for whom, when and why')
            [CompletionResult]::new('store', 'store', [CompletionResultType]::ParameterValue, 'Look after the store')
            [CompletionResult]::new('sql', 'sql', [CompletionResultType]::ParameterValue, 'Ask the store, or files, in SQL')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Show the store: a dashboard, an API, Zoom''s own API, metrics')
            [CompletionResult]::new('client', 'client', [CompletionResultType]::ParameterValue, 'Credentials for the server')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a script that completes commands in a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'zqos;help;get' {
            break
        }
        'zqos;help;meetings' {
            break
        }
        'zqos;help;participants' {
            break
        }
        'zqos;help;api' {
            break
        }
        'zqos;help;auth' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Is the credential good, which scopes has it, which limits, and is the clock right')
            break
        }
        'zqos;help;auth;check' {
            break
        }
        'zqos;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings in force, without secrets')
            [CompletionResult]::new('default', 'default', [CompletionResultType]::ParameterValue, 'Print a configuration file with every setting explained')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the settings in force without asking Zoom')
            break
        }
        'zqos;help;config;show' {
            break
        }
        'zqos;help;config;default' {
            break
        }
        'zqos;help;config;check' {
            break
        }
        'zqos;help;sim' {
            [CompletionResult]::new('truth', 'truth', [CompletionResultType]::ParameterValue, 'Print what really went wrong: the incidents, and the minutes that each of them made worse')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'Print the events of a range, as they would be sent')
            break
        }
        'zqos;help;sim;truth' {
            break
        }
        'zqos;help;sim;events' {
            break
        }
        'zqos;help;demo' {
            break
        }
        'zqos;help;import' {
            break
        }
        'zqos;help;collect' {
            break
        }
        'zqos;help;receive' {
            break
        }
        'zqos;help;status' {
            break
        }
        'zqos;help;find' {
            break
        }
        'zqos;help;compare' {
            break
        }
        'zqos;help;diagnose' {
            break
        }
        'zqos;help;store' {
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Show what is in it: tables, days, files, rows, bytes')
            [CompletionResult]::new('compact', 'compact', [CompletionResultType]::ParameterValue, 'Make one file of the many that a day has, with each row once, and seal days that are over')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Read every file through, and tell each that is damaged or gone')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Make rows of dead letters, as far as this version of zqos can')
            [CompletionResult]::new('expire', 'expire', [CompletionResultType]::ParameterValue, 'Remove the days before a time, of all tables')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Erase a person, and keep him out from now on')
            break
        }
        'zqos;help;store;info' {
            break
        }
        'zqos;help;store;compact' {
            break
        }
        'zqos;help;store;verify' {
            break
        }
        'zqos;help;store;replay' {
            break
        }
        'zqos;help;store;expire' {
            break
        }
        'zqos;help;store;forget' {
            break
        }
        'zqos;help;sql' {
            break
        }
        'zqos;help;serve' {
            break
        }
        'zqos;help;client' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Make credentials, and print them once')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who has some')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Take somebody''s away')
            break
        }
        'zqos;help;client;add' {
            break
        }
        'zqos;help;client;list' {
            break
        }
        'zqos;help;client;revoke' {
            break
        }
        'zqos;help;completions' {
            break
        }
        'zqos;help;man' {
            break
        }
        'zqos;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
