import re, subprocess, os
def edit(p, *pairs):
    if not os.path.exists(p): print('missing', p); return
    s = o = open(p).read()
    for a, b in pairs:
        n = re.sub(a, b, s, flags=re.M)
        if n == s: print('no match in', p, ':', a)
        s = n
    open(p, 'w').write(s)
edit('Cargo.toml',
 (r'^members = .*$', 'members = [\n    "spec",\n    "codegen",\n    "codegen/macros",\n    "generated",\n    "conformance",\n    "conformance/judge",\n    "conformance/media",\n    "conformance/mock",\n    "conformance/report",\n    "conformance/suite",\n    "xtask",\n]'),
 (r'^airspec = \{ path = "spec", version = "0.1.0" \}\n', ''),
 (r'^airspec-conformance = \{ path.*\n', 'airspec = { path = "conformance", version = "0.1.0" }\nairspec-judge = { path = "conformance/judge", version = "0.1.0" }\nairspec-media = { path = "conformance/media", version = "0.1.0" }\nairspec-mock = { path = "conformance/mock", version = "0.1.0" }\nairspec-report = { path = "conformance/report", version = "0.1.0" }\nairspec-spec = { path = "spec", version = "0.1.0" }\nairspec-suite = { path = "conformance/suite", version = "0.1.0" }\n'),
 (r'^airspec-conformance = \{ opt-level = 1 \}\n', ''),
 (r'^airspec = \{ opt-level = 1 \}\n', 'airspec-spec = { opt-level = 1 }\nairspec-judge = { opt-level = 1 }\nairspec-media = { opt-level = 1 }\nairspec-mock = { opt-level = 1 }\nairspec-suite = { opt-level = 1 }\n'))
edit('spec/Cargo.toml', (r'^name = "airspec"', 'name = "airspec-spec"'))
edit('codegen/Cargo.toml', (r'^airspec\.workspace', 'airspec-spec.workspace'))
edit('codegen/macros/Cargo.toml', (r'^airspec\.workspace', 'airspec-spec.workspace'))
edit('xtask/Cargo.toml', (r'^airspec = ', 'airspec-spec = '), (r'^airspec-conformance\.workspace', 'airspec.workspace'))
edit('conformance/Cargo.toml', (r'^name = "airspec-conformance"', 'name = "airspec"'), (r'^description = .*', 'description = "The program `airspec`: conformance runs, a mock server, validation and diffs for models of the Runware API."'))
s = open('conformance/Cargo.toml').read()
i = s.index('[dependencies]'); j = s.index('[dev-dependencies]')
deps = '''airspec-judge.workspace = true
airspec-media.workspace = true
airspec-mock = { workspace = true, features = ["wiremock"] }
airspec-models = { workspace = true, features = ["client"] }
airspec-report.workspace = true
airspec-spec = { workspace = true, features = ["judge"] }
airspec-suite.workspace = true
clap.workspace = true
clap_complete.workspace = true
clap_mangen.workspace = true
globset.workspace = true
indicatif.workspace = true
proptest.workspace = true
serde.workspace = true
serde_json.workspace = true
thiserror.workspace = true
tokio.workspace = true
'''
old = s[i:j]
s = s[:i] + '[dependencies]\n' + deps + '\n' + s[j:]
open('conformance/Cargo.toml', 'w').write(s)
edit('fuzz/Cargo.toml', (r'^airspec = \{ path = "../spec" \}', 'airspec-spec = { path = "../spec" }'), (r'^airspec-conformance = .*', 'airspec = { path = "../conformance" }\nairspec-judge = { path = "../conformance/judge" }\nairspec-suite = { path = "../conformance/suite" }'))
