//! The end of each command's `--help`: examples and exit codes.

pub(super) const PROGRAM: &str = "\
Examples:
  airspec conformance                                         test the embedded mock
  airspec conformance --target http://127.0.0.1:8080/v1       test a server
  airspec validate request.json                               validate a request
  airspec mock --port 8080                                    start a server to try requests on

`airspec COMMAND --help` prints all flags of a command.
Exit codes: 0 success, 1 something is violated, 2 the command could not run, or did not finish.";

pub(super) const CONFORMANCE: &str = "\
Examples:
  airspec conformance --list                                  list the cases, send nothing
  airspec conformance --case 'width.*'                        run some of them against the embedded mock
  airspec conformance --target URL --report report            test a server and write report/report.html
  airspec conformance --target URL --seed 7 --shard 2/5       run the second of five parts
  airspec conformance --plan                                  show the requests, their price and the limit they need
  airspec conformance --target URL --free-only                send only requests that the server must refuse
  airspec conformance --target URL --max-cost 30              spend at most 30 USD
  airspec conformance --target URL --deadline 10m             stop after ten minutes
  airspec conformance --spec models --report report           test all models of a folder, with one report for all

Set the key for the target in RUNWARE_API_KEY. It is never printed or written.
Exit code: 0 all cases passed, 1 the server has findings, 2 the run could not start or is incomplete.";

pub(super) const FAULTS: &str = "\
Examples:
  airspec faults --fault 'accept:*' --seeds 1                 test some of the faults
  airspec faults --report kills                               test all of them and write kills/faults.html

Exit code: 0 each fault is found and there is no false alarm, 1 otherwise, 2 the command could not run, or did not finish.";

pub(super) const MERGE: &str = "\
Example:
  airspec merge report part-1 part-2 part-3 part-4 part-5     merge the reports of five parts into report/

Exit code: 0 the run is complete and all cases passed, 1 a case failed, 2 a part is missing or cannot be merged.";

pub(super) const REPORT: &str = "\
Examples:
  airspec report report                                       write report/report.html from report/report.json
  airspec report today --against yesterday --out differences.html
  airspec report kills/faults.json                            write kills/faults.html

Exit code: 0 the page is written, 2 it could not be written.";

pub(super) const MOCK: &str = "\
Examples:
  airspec mock --port 8080                                    answer as the spec says, until Ctrl-C
  airspec mock --network 'latency=50ms..2s, error=0.05'       slow answers and 5 % errors
  airspec mock --fault accept:width.maximum                   with one fault, to check a test suite
  airspec mock --list-faults                                  list the faults
  airspec mock --spec models                                  serve all models of a folder

conformance/mock/README.md explains the keys of --network, the settings and the faults.
Exit code: 0 the server was stopped, 2 it could not start.";

pub(super) const DIFF: &str = "\
Examples:
  airspec diff old.json new.json                              list the changes, with a request that fails now
  airspec diff old.json new.json --fail-on breaking           for CI
  airspec diff openai:gpt-image@2 new.json                    a built-in spec by its AIR id
  airspec diff openai-gpt-image-2 --model openai:gpt-image@2  the built-in spec and what the provider publishes now

Exit code: 0 no change that --fail-on names, 1 there is one, 2 the specs could not be compared.";

pub(super) const VALIDATE: &str = "\
Examples:
  airspec validate request.json                               show line, column and a caret for each violation
  airspec validate request.json wrong.json                    several files; - is standard input
  airspec validate values.jsonl > verdicts.jsonl              print one JSON verdict for each value, one on each line
  airspec validate --lines --format lines - < values.jsonl    the same from standard input
  airspec validate --spec my-model.json request.json          use another spec
  airspec validate --spec models request.json                 use the spec of the model that the request names
  airspec validate --response answer.json                     validate the results in an answer

A value of more than 32 MiB, or with more than 200,000 values and names, is not validated (exit code 2).
Exit code: 0 all values are valid, 1 a value is invalid, 2 a value could not be validated. It does not depend on the output.";

pub(super) const CHECK: &str = "\
Examples:
  airspec check traffic.har                                   judge the traffic that a browser, mitmproxy or airspec recorded
  airspec check traffic.jsonl --report report                 one request and its answer on each line; write report/report.html
  airspec check traffic.har --fail-on server                  exit with 1 only if answers are wrong
  airspec check traffic.har --fetch                           download and examine the files that answers link to

A line is {\"request\": ..., \"status\": 200, \"answer\": ...}; without status, a task with its result. No request is sent\nexcept with --fetch.
Exit code: 0 requests and answers keep to the spec, 1 they do not, 2 a file could not be read to its end.";

pub(super) const PROXY: &str = "\
Examples:
  airspec proxy --target https://api.runware.ai/v1            then use http://127.0.0.1:8081/v1 as base URL, until Ctrl-C
  airspec proxy --target http://127.0.0.1:8080/v1 --report report --record traffic.jsonl
  airspec proxy --target http://127.0.0.1:8080/v1 --fetch     download and examine the files of results, too
  airspec proxy --target http://127.0.0.1:8080/v1 --webhook 127.0.0.1:9000=127.0.0.1:3000
  airspec proxy --target http://127.0.0.1:8080/v1 -- npm test   run a command, end with it; it finds the URL in AIRSPEC_PROXY_URL

Requests pass unchanged, with the key of the client, over HTTP and WebSocket, and are judged beside the path. Nothing is sent that
clients do not send, except downloads with --fetch. With --enforce, --budget and --warn-header, the judge is in the path: requests wait until they are checked.
Exit code: 0 requests and answers keep to the spec, 1 they do not, 2 the proxy could not start, or the command failed or sent nothing.";

pub(super) const REPLAY: &str = "\
Examples:
  airspec replay traffic.jsonl --target http://127.0.0.1:8080/v1
  airspec replay traffic.har --target https://api.runware.ai/v1 --max-cost 5 --report report

Valid requests of the record are sent one at a time, with new identifiers, and the answers are judged. Not sent: requests that break
the spec, tasks that call a webhook or upload files, and masked media.
Exit code: 0 all verdicts are those of the record and the answers keep to the spec, 1 not, 2 something was not sent or not read.";

pub(super) const VERIFY: &str = "\
Examples:
  airspec verify --source page.md                             does this page say what the spec says?
  airspec verify --model openai:gpt-image@2                   does the provider still publish what the spec says?

Exit code: 0 they agree, 1 they differ, 2 they could not be compared.";

pub(super) const MCP: &str = "\
Examples:
  claude mcp add airspec -- airspec mcp                       register it with an agent
  airspec mcp --release newest                                with the newest known release of the model
  airspec mcp --spec models --target https://api.runware.ai/v1

It speaks the Model Context Protocol on standard input and output. The tools spend nothing: a server is sent only requests that it
must refuse, and only a server of this machine or the one of --target, which alone gets the key of RUNWARE_API_KEY.
Exit code: 0 the agent has ended the session, 2 it could not start.";

pub(super) const CONFIG: &str = "\
Examples:
  airspec config                                              what holds here, and where it comes from
  airspec config --schema > airspec.schema.json               for an editor that checks airspec.toml
  airspec config --schema mock-settings                       the schema of another file

A flag is taken from the command line, or else from a variable such as AIRSPEC_MAX_COST for --max-cost, or else from the first
airspec.toml in this folder or one above it: `max-cost = 5` for all commands that have the flag, or below `[conformance]` for one.
Texts can name variables, as in header = \"X-Team: ${TEAM_TOKEN}\".
Exit code: 0 it is printed, 2 the file is wrong.";

pub(super) const COMPLETIONS: &str = "\
Examples:
  airspec completions bash > ~/.local/share/bash-completion/completions/airspec
  airspec completions zsh > ~/.zfunc/_airspec
  airspec completions fish > ~/.config/fish/completions/airspec.fish";

pub(super) const MAN: &str = "\
Example:
  airspec man --out ~/.local/share/man/man1                   then: man airspec-conformance";

pub(super) const IMPORT: &str = "\
Examples:
  airspec import --model openai:gpt-image@2 --out models      read what the provider publishes
  airspec import page.md --out models                         read a page, a schema.json or an answer of the schema service

What is there is updated: known descriptions stay, and changes and open questions are printed.
Exit code: 0 the spec is written or current, 2 there is no such document, or it is not understood. Then no file changes.";

pub(super) const FETCH: &str = "\
Examples:
  airspec fetch openai:gpt-image@2 --out published.json       from the schema service, or else from the model's page
  airspec fetch openai-gpt-image-2 --from page --out page.md  the page in Markdown
  airspec fetch openai:gpt-image@2 --release latest           from the schemas of a whole release

Exit code: 0 the document is complete and about the model, 2 otherwise.";

pub(super) const CATALOGUE: &str = "\
Examples:
  airspec catalogue                                           the models of today
  airspec catalogue 20260930T0000                             the models of a release
  airspec catalogue 20260930T0000 latest                      what changed between two releases

Exit code: 0 the list is printed, 2 it could not be read. It does not depend on the changes.";
