//! The end of each command's `--help`: what to type, and what the exit code says.

pub(super) const PROGRAM: &str = "\
Examples:
  airspec conformance                                         the suite against the embedded mock
  airspec conformance --target http://127.0.0.1:8080/v1       against a server, and why it fails
  airspec validate request.json                               is this request valid?
  airspec mock --port 8080                                    a server to try requests on

Try `airspec COMMAND --help` for more. Exit codes: 0 all is well, 1 something is violated, 2 it could not run.";

pub(super) const CONFORMANCE: &str = "\
Examples:
  airspec conformance --list                                  the cases; nothing is sent
  airspec conformance --case 'width.*'                        some of them, against the embedded mock
  airspec conformance --target URL --report report            a server, and files to read: report/report.html
  airspec conformance --target URL --seed 7 --shard 2/5       the second of five parts
  airspec conformance --plan                                  what would be sent, and its price
  airspec conformance --target URL --free-only                only what must be refused: costs nothing
  airspec conformance --target URL --max-cost 14               stops before it has spent 14 USD
  airspec conformance --target URL --deadline 10m             stops after ten minutes

The key for the target is taken from RUNWARE_API_KEY and is never printed or written.
Exit code: 0 the server conforms, 1 it does not, 2 it could not be tried, or not to the end.";

pub(super) const FAULTS: &str = "\
Examples:
  airspec faults --fault 'accept:*' --seeds 1                 some of the faults
  airspec faults --report kills                               all of them, and kills/faults.html

Exit code: 0 every fault is found and nothing else, 1 otherwise, 2 it could not be tried.";

pub(super) const MERGE: &str = "\
Example:
  airspec merge report part-1 part-2 part-3 part-4 part-5     one report of five parts

Exit code: 0 all is there and well, 1 something failed, 2 a part is missing or cannot be merged.";

pub(super) const REPORT: &str = "\
Examples:
  airspec report report                                       report/report.html of report/report.json
  airspec report today --against yesterday --out differences.html
  airspec report kills/faults.json                            the kill matrix

Exit code: 0 the page is written, 2 it could not be made.";

pub(super) const MOCK: &str = "\
Examples:
  airspec mock --port 8080                                    answers as the spec says, until Ctrl-C
  airspec mock --network 'latency=50ms..2s, error=0.05'       a slow day
  airspec mock --fault accept:width.maximum                   wrong in one thing, to test a tester
  airspec mock --list-faults                                  what can be wrong

The keys of --network, the settings and the faults are explained in conformance/mock/README.md.
Exit code: 0 it was stopped, 2 it could not start.";

pub(super) const DIFF: &str = "\
Examples:
  airspec diff old.json new.json                              what changed, and a request that fails now
  airspec diff old.json new.json --fail-on breaking           for CI

Exit code: 0 all is well, 1 the change is what --fail-on names, 2 nothing could be compared.";

pub(super) const VALIDATE: &str = "\
Examples:
  airspec validate request.json                               line, column and a caret where it is wrong
  airspec validate request.json wrong.json                    several files; - is standard input
  airspec validate values.jsonl > verdicts.jsonl              one JSON verdict for each value, one a line
  airspec validate --lines --format lines - < values.jsonl    the same from standard input
  airspec validate --spec my-model.json request.json          against a spec of your own

A value of more than 32 MiB, or with more than 200,000 values and names in it, is not judged.
Exit code: 0 every value is valid, 1 one is not, 2 something could not be judged; it is the same wherever the output goes.";

pub(super) const VERIFY: &str = "\
Example:
  airspec verify --source page.md                             is the spec still what the provider publishes?

Exit code: 0 they agree, 1 they do not, 2 they could not be compared.";

pub(super) const COMPLETIONS: &str = "\
Examples:
  airspec completions bash > ~/.local/share/bash-completion/completions/airspec
  airspec completions zsh > ~/.zfunc/_airspec
  airspec completions fish > ~/.config/fish/completions/airspec.fish";

pub(super) const MAN: &str = "\
Example:
  airspec man --out ~/.local/share/man/man1                   then: man airspec-conformance";
