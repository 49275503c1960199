# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_zqos_global_optspecs
    string join \n account= config= format= tz= v/verbose h/help V/version
end

function __fish_zqos_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_zqos_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_zqos_using_subcommand
    set -l cmd (__fish_zqos_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c zqos -n "__fish_zqos_needs_command" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_needs_command" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_needs_command" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_needs_command" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_needs_command" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_needs_command" -s V -l version -d 'Print version'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "get" -d 'Fetch the quality-of-service report of one participant, or of all'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "meetings" -d 'List meetings or webinars'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "participants" -d 'List who took part in a meeting: one row for each join'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "api" -d 'Send any GET request of Zoom\'s API, with our authentication, limits and retries'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "auth" -d 'Look at the credential'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "config" -d 'Look at the configuration'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "sim" -d 'Serve a simulated Zoom: a company whose meetings can be asked for without an account'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "demo" -d 'Show the main job on a simulated company, without an account'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "import" -d 'Take saved answers of Zoom\'s API into the store'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "collect" -d 'Fetch every report of an account into the store, inside the quota'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "receive" -d 'Take in what Zoom pushes: the endpoint of a webhook'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "status" -d 'Show what the store has of a day, what is missing and why, and the quota'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "find" -d 'Find the meetings of a person: the joins that the store has'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "compare" -d 'Say whether a cohort, or a change, made a difference beyond chance'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "diagnose" -d 'Say what went wrong, for whom, when and why'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "store" -d 'Look after the store'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "sql" -d 'Ask the store, or files, in SQL'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "serve" -d 'Show the store: a dashboard, an API, Zoom\'s own API, metrics'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "client" -d 'Credentials for the server'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "completions" -d 'Print a script that completes commands in a shell'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "man" -d 'Print the manual page'
complete -c zqos -n "__fish_zqos_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand get" -l type -d '`live` or `past`; if not given, live is asked first, and past when Zoom knows no live one' -r -f -a "live\t'Still running'
past\t'Ended'"
complete -c zqos -n "__fish_zqos_using_subcommand get" -l at -d 'The instance that ran at this time, such as `yesterday 10:00`' -r
complete -c zqos -n "__fish_zqos_using_subcommand get" -l topic -d 'Without MEETING: the one whose topic has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand get" -l host -d 'Without MEETING: the one whose host\'s name or e-mail address has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand get" -l person -d 'The participant, looked up by name or e-mail address' -r
complete -c zqos -n "__fish_zqos_using_subcommand get" -l print-request -d 'Print the request and send nothing; there is never a token in it' -r -f -a "curl\t'A curl command'
postman\t'An item for a Postman collection'"
complete -c zqos -n "__fish_zqos_using_subcommand get" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand get" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand get" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand get" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand get" -l webinar -d 'The meeting is a webinar'
complete -c zqos -n "__fish_zqos_using_subcommand get" -l summary -d 'The summary of the whole join, which needs the QSS add-on; past meetings only'
complete -c zqos -n "__fish_zqos_using_subcommand get" -l include -d 'Also show the status line and headers, on standard error'
complete -c zqos -n "__fish_zqos_using_subcommand get" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l type -d 'Which meetings' -r -f -a "live\t'Still running'
past\t'Ended'
pastOne\t'Ended, and held by one participant only'"
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l from -d 'From this time on: a date, `2026-11-22 10:05`, `yesterday`, `-7d`; today\'s midnight if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l to -d 'Until before this time; now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l at -d 'Only those that ran at this time' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l host -d 'Only those whose host\'s name or e-mail address has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l topic -d 'Only those whose topic has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l participant -d 'Only those in which somebody of this name or e-mail address took part; costs a call for each meeting that the other conditions leave' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -l webinar -d 'List webinars'
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand meetings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l type -d '`live` or `past`; if not given, live is asked first, and past when Zoom knows no live one' -r -f -a "live\t'Still running'
past\t'Ended'"
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l at -d 'The instance that ran at this time, such as `yesterday 10:00`' -r
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l topic -d 'Without MEETING: the one whose topic has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l host -d 'Without MEETING: the one whose host\'s name or e-mail address has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l person -l participant -d 'Only those whose name or e-mail address has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand participants" -l webinar -d 'The meeting is a webinar'
complete -c zqos -n "__fish_zqos_using_subcommand participants" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand participants" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand api" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand api" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand api" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand api" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand api" -l all -d 'Follow the pages, and give all rows as one answer'
complete -c zqos -n "__fish_zqos_using_subcommand api" -l include -d 'Also show the status line and headers, on standard error'
complete -c zqos -n "__fish_zqos_using_subcommand api" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand api" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Is the credential good, which scopes has it, which limits, and is the clock right'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from check" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from check" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from check" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from check" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from help" -f -a "check" -d 'Is the credential good, which scopes has it, which limits, and is the clock right'
complete -c zqos -n "__fish_zqos_using_subcommand auth; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -f -a "show" -d 'Show the settings in force, without secrets'
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -f -a "default" -d 'Print a configuration file with every setting explained'
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -f -a "check" -d 'Check the settings in force without asking Zoom'
complete -c zqos -n "__fish_zqos_using_subcommand config; and not __fish_seen_subcommand_from show default check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from show" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from show" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from show" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from default" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from default" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from default" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from default" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from default" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from default" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from check" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from check" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from check" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the settings in force, without secrets'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "default" -d 'Print a configuration file with every setting explained'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check the settings in force without asking Zoom'
complete -c zqos -n "__fish_zqos_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l listen -d 'Where to listen' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l seed -d 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l people -d 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l now -d 'What the clock shows at first; past meetings lie in the days before. The time now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l scenario -d 'A file that plans what goes wrong' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l speed -d 'How many times as fast as usual the clock runs' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l plan -d 'The plan, which decides the limits' -r -f -a "free\t'One heavy call a second, 1,000 a day'
pro\t'10 heavy calls a second, 30,000 a day'
business\t'40 heavy calls a second, 60,000 a day'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l limits -d 'How calls are counted against the limits' -r -f -a "off\t'Not at all'
fixed\t'By whole seconds, minutes and UTC days'
sliding\t'By the second or minute before each call, and by UTC days'
bucket\t'By a bucket that fills evenly, and by UTC days'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l limit-headers -d 'Which headers tell of the limits' -r -f -a "full\t'All of them'
partial\t'Neither the type nor Retry-After'
none\t'None'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l retry-after -d 'How `Retry-After` tells when a daily limit ends' -r -f -a "instant\t'As an instant, Zoom\'s way'
seconds\t'As a number of seconds, HTTP\'s way'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l foreign-app -d 'Another app of the account that makes so many heavy calls an hour' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l tokens -d 'How many access tokens are good at once' -r -f -a "many\t'All that were given in the last hour'
newest\t'A new one ends those before it'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l scopes -d 'What the app may call: `classic`, `granular`, or scopes between commas' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l without -d 'What the account lacks; may be repeated' -r -f -a "dashboard\t'A plan with the dashboard: every call is refused'
qss\t'QSS, or the subscription to its summaries'
end-time\t'Lists of meetings by their end'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l overflow -d 'What becomes of a page that is too large and a range that is too long' -r -f -a "cut\t'It is cut, and the answer says so'
refuse\t'It is refused'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l build-delay -d 'How long after the end of a meeting its past report appears, such as 10m' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l partial -d 'How many of a hundred past reports lack something until 30 minutes after the end' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l dialect -d 'How figures are spelt' -r -f -a "documented\t'27.15 kbps; a stream without traffic is blank'
sample\t'27 kbps; an idle share has the size 0*0'
compact\t'27.15kbps; a stream without traffic is left out'
capital\t'27.15 Kbps; a stream without traffic is blank'
bare\t'27, without units; a stream without traffic is left out'
mixed\t'Each report in one of the others'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l quirk -d 'An oddity that answers have; may be repeated' -r -f -a "errors-under-200\t'Refusals come as HTTP 200'
misquoted-errors\t'A missing scope is told in a broken body'
text-ids\t'Ids of meetings are texts'
latest-minute\t'Live reports have the last minute alone'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l fault -d 'Misbehave in a share of all requests, 0.1 if not said otherwise; may be given several times' -r -f -a "429-storm\t'429 for four calls in a row: too many in a second or minute'
429-storm-bare\t'The same without the headers that tell of limits'
429-daily\t'429: the calls of the day are used up, until midnight UTC'
429-daily-bare\t'The same without the headers that tell of limits'
5xx\t'500, 502, 503 or 504, with an empty body'
html-200\t'200 with a page for people in place of JSON'
html-502\t'502 with a page for people'
html-503\t'503 with a page for people'
expired-access-tokens\t'A token that was good is refused'
expired-page-tokens\t'The token of a further page is refused'
drift-unknown\t'Every object has a member that is not documented'
drift-missing\t'A member is missing wherever it stood'
drift-renamed\t'A member has another name'
drift-numbers\t'A member\'s texts are numbers, without their units'
resets\t'The connection is reset in place of an answer'
cut-bodies\t'The connection ends in the middle of a body'
slow-bodies\t'A body takes four seconds'
duplicate-events\t'Events come twice'
late-events\t'Events come minutes after their time'
reordered-events\t'Events come before others that they follow'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l events -d 'Send events to this URL on this machine, once it has passed Zoom\'s validation' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l events-secret-file -d 'The file with the secret token that signs what is sent there; `sim-events-secret` if not given' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l events-mode -d 'How the figures of a minute come' -r -f -a "per-type\t'One event for each sort of figures'
aggregated\t'One event with all of them'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l qss-hosts -d 'How many of a hundred hosts have QSS; meetings of others have no quality of service events' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l legacy-baa -d 'The account has a legacy BAA: names and addresses of participants are blank'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l events-phone -d 'Tell of phone calls, too'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -l events-sessions -d 'Tell of meetings and webinars as sessions of the Video SDK'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -f -a "truth" -d 'Print what really went wrong: the incidents, and the minutes that each of them made worse'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -f -a "events" -d 'Print the events of a range, as they would be sent'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and not __fish_seen_subcommand_from truth events help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l seed -d 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l people -d 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l now -d 'What the clock shows at first; past meetings lie in the days before. The time now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l scenario -d 'A file that plans what goes wrong' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l from -d 'From when on; seven days before the simulated now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l to -d 'Until when, itself not included; the simulated now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from truth" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l seed -d 'What everything is drawn from: the same seed and clock give the same answers; that of the scenario, else 1, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l people -d 'How many people the company has, 10 to 100000; as in the scenario, else 200, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l now -d 'What the clock shows at first; past meetings lie in the days before. The time now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l scenario -d 'A file that plans what goes wrong' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l from -d 'From when on; seven days before the simulated now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l to -d 'Until when, itself not included; the simulated now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l events-mode -d 'How the figures of a minute come' -r -f -a "per-type\t'One event for each sort of figures'
aggregated\t'One event with all of them'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l qss-hosts -d 'How many of a hundred hosts have QSS; meetings of others have no quality of service events' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l events-phone -d 'Tell of phone calls, too'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -l events-sessions -d 'Tell of meetings and webinars as sessions of the Video SDK'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from help" -f -a "truth" -d 'Print what really went wrong: the incidents, and the minutes that each of them made worse'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from help" -f -a "events" -d 'Print the events of a range, as they would be sent'
complete -c zqos -n "__fish_zqos_using_subcommand sim; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand demo" -l now -d 'What the company\'s clock shows; the meeting lies in the week before. The time now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand demo" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand demo" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand demo" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand demo" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand demo" -l once -d 'End after the report'
complete -c zqos -n "__fish_zqos_using_subcommand demo" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand import" -l meeting -d 'The UUID of the meeting that answers are of which do not say so: Zoom\'s reports name only its number' -r
complete -c zqos -n "__fish_zqos_using_subcommand import" -l sites -d 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand import" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand import" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand import" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand import" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand import" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand import" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l from -d 'Meetings that began from this time on, six months back at most; yesterday\'s midnight if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l to -d 'Meetings that began before this time; now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l sites -d 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l once -d 'End when the daily quota is spent, instead of waiting for the next day\'s'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l past -d 'Go on until interrupted: every quarter of an hour, fetch what has ended since'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l live -d 'The same, and sample meetings that run, by calls that past reports do not need'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l phone -d 'Collect calls of Zoom Phone too, for which the app needs scopes of its own'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l fetch-pushed -d 'Fetch reports of meetings too of which every minute was pushed'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -l plan -d 'Print how many calls it would take and for what, and whether the quota suffices; ask nothing'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand collect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l listen -d 'Where to listen' -r
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l tls-cert -d 'The certificate, with what leads to its root, in PEM' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l tls-key -d 'Its key, in PEM' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l window -d 'How far from now an event may be signed without being counted as one from another time; it is kept in any case' -r
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l sites -d 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand receive" -l behind-proxy -d 'A reverse proxy speaks TLS in front of it'
complete -c zqos -n "__fish_zqos_using_subcommand receive" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand receive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand status" -l day -d 'The day, such as `yesterday` or `2026-11-20`; yesterday if nothing is given' -r
complete -c zqos -n "__fish_zqos_using_subcommand status" -l from -d 'Meetings that began from this time on' -r
complete -c zqos -n "__fish_zqos_using_subcommand status" -l to -d 'Meetings that began before this time; now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand status" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand status" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand status" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand status" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand status" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand status" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand find" -l at -d 'Who was there at this time, else within an hour' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l from -d 'Who was there from this time on; the last seven days if nothing is given' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l to -d 'Until before this time; now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l topic -d 'Only meetings whose topic has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l host -d 'Only meetings whose host\'s name or e-mail address has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand find" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand find" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand find" -l online -d 'Ask Zoom instead of the store, which takes a call for each meeting of that time'
complete -c zqos -n "__fish_zqos_using_subcommand find" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand find" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l change -d 'When something was changed: after it is compared with before' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l where -d 'The cohort: a condition in SQL over the columns of `participants` and `meetings`. With `--change`, those whom it holds for afterwards' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l against -d 'What the cohort is compared with, likewise; all others if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l by -d 'Ranks all cohorts that joins are told apart by' -r -f -a "site\t'The site, by the site map that was in force when it came in'
location\t'Where, in Zoom\'s words'
network-type\t'Wi-Fi, wired and the like'
data-center\t'The data centre'
version\t'The version of the client'
device\t'The sort of device'
os\t'The operating system'
microphone\t'The microphone'
speaker\t'The speaker'"
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l from -d 'From this time on; 14 days before the change, else the last 28 days, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l to -d 'Until before this time; 14 days after the change, or now, if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l medium -d 'Of what the verdicts are' -r -f -a "audio\t'Voice and sound'
video\t'Camera pictures'
share\t'The shared screen'"
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand compare" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand compare" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand compare" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l at -d 'The meeting that ran at this time' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l topic -d 'The meeting whose topic has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l host -d 'The meeting whose host\'s name or e-mail address has this in it' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l person -d 'A person: in the meeting, or without one in all of the last 30 days' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l site -d 'A site, by its name' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l cause -d 'Every incident of a cause, such as `tcp-fallback`' -r -f -a "access-wifi\t''
uplink-capacity\t''
downlink-capacity\t''
site-or-isp\t''
data-center\t''
faulty-sender\t''
device-cpu\t''
client-version\t''
vpn-or-proxy\t''
tcp-fallback\t''
far-server\t''
not-determinable\t''"
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l from -d 'From this time on' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l to -d 'Until before this time; now if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l days -d 'The last days, in place of `--from`' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l sites -d 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l people -d 'The people file, CSV with the header `email,name,team,site,vip`, likewise' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l asn -d 'The file of autonomous systems, CSV with the header `network,asn,name`, likewise' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand diagnose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "info" -d 'Show what is in it: tables, days, files, rows, bytes'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "compact" -d 'Make one file of the many that a day has, with each row once, and seal days that are over'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "verify" -d 'Read every file through, and tell each that is damaged or gone'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "replay" -d 'Make rows of dead letters, as far as this version of zqos can'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "expire" -d 'Remove the days before a time, of all tables'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "forget" -d 'Erase a person, and keep him out from now on'
complete -c zqos -n "__fish_zqos_using_subcommand store; and not __fish_seen_subcommand_from info compact verify replay expire forget help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from compact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -l list -d 'Show what waits, and why; do nothing'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -l before -d 'Days that ended before this go: a date, an instant, or a time ago, as in `-400d`' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from expire" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "info" -d 'Show what is in it: tables, days, files, rows, bytes'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "compact" -d 'Make one file of the many that a day has, with each row once, and seal days that are over'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Read every file through, and tell each that is damaged or gone'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "replay" -d 'Make rows of dead letters, as far as this version of zqos can'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "expire" -d 'Remove the days before a time, of all tables'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Erase a person, and keep him out from now on'
complete -c zqos -n "__fish_zqos_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l output -d 'Writes the rows into a file: `.parquet`, `.csv`, `.ndjson` or `.arrow`' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l timeout -d 'Stops the query after so many seconds' -r
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l memory -d 'The memory of the query; what does not fit goes into temporary files' -r
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l sites -d 'The site map that `site_of` looks into, in place of the one that the configuration names' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand sql" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand sql" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand sql" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l listen -d 'Where to listen' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l host -d 'A name by which the server may be called, beside addresses of this machine; several may be given' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l tls-cert -d 'The certificate, with what leads to its root, in PEM' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l tls-key -d 'Its key, in PEM' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l behind-proxy -d 'A reverse proxy speaks TLS in front of it, and adds this header, such as `X-Forwarded-Proto`' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l memory -d 'The memory of all queries together; what does not fit goes into temporary files' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l rate -d 'How many requests a second each client and session may send, and each address that signs in, again and again; ten times as many at once; 0 for as many as they like' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l archive-rate -d 'The same of Zoom\'s own API below `/v2`' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l sql-timeout -d 'Stops such a query after so many seconds' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l sql-memory -d 'The memory of one; what does not fit goes into temporary files' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l sql-at-once -d 'How many run at once' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l sites -d 'The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place of the one that the configuration names' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l people -d 'The people file, CSV with the header `email,name,team,site,vip`, likewise' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l asn -d 'The file of autonomous systems, CSV with the header `network,asn,name`, likewise' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l share-safe -d 'Shows nobody\'s name, address or words, to nobody'
complete -c zqos -n "__fish_zqos_using_subcommand serve" -l sql -d 'Answers queries in SQL of analysts and admins, each in a process of its own'
complete -c zqos -n "__fish_zqos_using_subcommand serve" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -f -a "add" -d 'Make credentials, and print them once'
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -f -a "list" -d 'List who has some'
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -f -a "revoke" -d 'Take somebody\'s away'
complete -c zqos -n "__fish_zqos_using_subcommand client; and not __fish_seen_subcommand_from add list revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -l role -d 'What it may see' -r -f -a "viewer\t''
analyst\t''
admin\t''"
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -l store -d 'The store\'s folder' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from help" -f -a "add" -d 'Make credentials, and print them once'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from help" -f -a "list" -d 'List who has some'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Take somebody\'s away'
complete -c zqos -n "__fish_zqos_using_subcommand client; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand completions" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand completions" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand completions" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand completions" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand completions" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand man" -l account -d 'The account, by its name in the configuration; `all` where a command can ask several' -r
complete -c zqos -n "__fish_zqos_using_subcommand man" -l config -d 'The configuration file, in place of the usual one' -r -F
complete -c zqos -n "__fish_zqos_using_subcommand man" -l format -d 'How rows come out; a table on a terminal, else JSON, if not given' -r -f -a "table\t'For people'
json\t'Zoom\'s own JSON, set out in lines'
ndjson\t'One typed row a line'
csv\t'Typed rows with a heading'
raw\t'The body\'s bytes as they came'"
complete -c zqos -n "__fish_zqos_using_subcommand man" -l tz -d 'The time zone that times are typed and shown in, such as `Europe/Berlin`; the system\'s if not given' -r
complete -c zqos -n "__fish_zqos_using_subcommand man" -s v -l verbose -d 'Says more on standard error: once, every request and wait; twice, everything'
complete -c zqos -n "__fish_zqos_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "get" -d 'Fetch the quality-of-service report of one participant, or of all'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "meetings" -d 'List meetings or webinars'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "participants" -d 'List who took part in a meeting: one row for each join'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "api" -d 'Send any GET request of Zoom\'s API, with our authentication, limits and retries'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "auth" -d 'Look at the credential'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "config" -d 'Look at the configuration'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "sim" -d 'Serve a simulated Zoom: a company whose meetings can be asked for without an account'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "demo" -d 'Show the main job on a simulated company, without an account'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "import" -d 'Take saved answers of Zoom\'s API into the store'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "collect" -d 'Fetch every report of an account into the store, inside the quota'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "receive" -d 'Take in what Zoom pushes: the endpoint of a webhook'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "status" -d 'Show what the store has of a day, what is missing and why, and the quota'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "find" -d 'Find the meetings of a person: the joins that the store has'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "compare" -d 'Say whether a cohort, or a change, made a difference beyond chance'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "diagnose" -d 'Say what went wrong, for whom, when and why'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "store" -d 'Look after the store'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "sql" -d 'Ask the store, or files, in SQL'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "serve" -d 'Show the store: a dashboard, an API, Zoom\'s own API, metrics'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "client" -d 'Credentials for the server'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "completions" -d 'Print a script that completes commands in a shell'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "man" -d 'Print the manual page'
complete -c zqos -n "__fish_zqos_using_subcommand help; and not __fish_seen_subcommand_from get meetings participants api auth config sim demo import collect receive status find compare diagnose store sql serve client completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from auth" -f -a "check" -d 'Is the credential good, which scopes has it, which limits, and is the clock right'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the settings in force, without secrets'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "default" -d 'Print a configuration file with every setting explained'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Check the settings in force without asking Zoom'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from sim" -f -a "truth" -d 'Print what really went wrong: the incidents, and the minutes that each of them made worse'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from sim" -f -a "events" -d 'Print the events of a range, as they would be sent'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "info" -d 'Show what is in it: tables, days, files, rows, bytes'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "compact" -d 'Make one file of the many that a day has, with each row once, and seal days that are over'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "verify" -d 'Read every file through, and tell each that is damaged or gone'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "replay" -d 'Make rows of dead letters, as far as this version of zqos can'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "expire" -d 'Remove the days before a time, of all tables'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "forget" -d 'Erase a person, and keep him out from now on'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from client" -f -a "add" -d 'Make credentials, and print them once'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from client" -f -a "list" -d 'List who has some'
complete -c zqos -n "__fish_zqos_using_subcommand help; and __fish_seen_subcommand_from client" -f -a "revoke" -d 'Take somebody\'s away'
