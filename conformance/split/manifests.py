import os
def w(p, s):
    os.makedirs(os.path.dirname(p), exist_ok=True); open(p, 'w').write(s)
def manifest(path, name, desc, kw, cat, deps, dev='', extra='', features=''):
    w(path + '/Cargo.toml', f'''[package]
name = "{name}"
description = "{desc}"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
readme = "README.md"
keywords = [{kw}]
categories = [{cat}]

[lints]
workspace = true
{features}
[dependencies]
{deps.strip()}
''' + (f'\n[dev-dependencies]\n{dev.strip()}\n' if dev else '') + extra)
C = 'conformance/'
manifest(C + 'judge', 'airspec-judge', 'The reference validator: JSON Schema on the spec\'s own schema, with the constraints that are broken.',
 '"runware", "json-schema", "validation"', '"development-tools::testing"', '''
airspec-spec = { workspace = true, features = ["judge"] }
jsonschema.workspace = true
serde.workspace = true
serde_json.workspace = true
strsim.workspace = true
thiserror.workspace = true
''')
manifest(C + 'media', 'airspec-media', 'Image files: rendered from a description, and probed for container, size and quality.',
 '"jpeg", "png", "webp", "testing"', '"development-tools::testing", "multimedia::images"', '''
image-webp.workspace = true
jpeg-encoder.workspace = true
png.workspace = true
spleen-font.workspace = true
thiserror.workspace = true
''', dev='zune-jpeg.workspace = true')
manifest(C + 'mock', 'airspec-mock', 'A mock server that behaves like the Runware API, for any model whose spec can be read.',
 '"runware", "mock-server", "testing", "websocket"', '"development-tools::testing"', '''
airspec-judge.workspace = true
airspec-media.workspace = true
airspec-spec.workspace = true
axum.workspace = true
base64.workspace = true
bigdecimal.workspace = true
fastrand.workspace = true
futures-util.workspace = true
regex.workspace = true
reqwest.workspace = true
rustls.workspace = true
serde.workspace = true
serde_json.workspace = true
thiserror.workspace = true
tokio.workspace = true
toml.workspace = true
uuid.workspace = true
wiremock = { workspace = true, optional = true }
''', features='''
[features]
# `Mock`: the engine behind a `wiremock::MockServer`, for tests that use wiremock already.
wiremock = ["dep:wiremock"]
''')
manifest(C + 'suite', 'airspec-suite', 'Cases derived from a spec, the runner that sends them, and the oracle that judges the answers.',
 '"runware", "conformance", "testing", "api"', '"development-tools::testing"', '''
airspec-judge.workspace = true
airspec-media.workspace = true
airspec-mock = { workspace = true, features = ["wiremock"] }
airspec-models = { workspace = true, features = ["client"] }
airspec-spec.workspace = true
axum.workspace = true
base64.workspace = true
bigdecimal.workspace = true
fastrand.workspace = true
globset.workspace = true
jsonschema.workspace = true
png.workspace = true
proptest.workspace = true
regex.workspace = true
reqwest.workspace = true
rustls.workspace = true
serde.workspace = true
serde_json.workspace = true
thiserror.workspace = true
tokio.workspace = true
uuid.workspace = true
''', dev='insta.workspace = true\ntempfile.workspace = true')
manifest(C + 'report', 'airspec-report', 'Reports of a conformance run: terminal, JSON, JUnit, Markdown, HTML, HAR.',
 '"junit", "har", "report", "testing"', '"development-tools::testing"', '''
airspec-spec.workspace = true
airspec-suite.workspace = true
quick-junit.workspace = true
ring.workspace = true
base64.workspace = true
serde.workspace = true
serde_json.workspace = true
thiserror.workspace = true
''', dev='insta.workspace = true')
