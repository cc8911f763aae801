import re,glob,os
def sub(pat,*pairs):
    for f in glob.glob(pat,recursive=True):
        if not f.endswith('.rs'): continue
        s=o=open(f).read()
        for a,b in pairs: s=re.sub(a,b,s,flags=re.M)
        if s!=o: open(f,'w').write(s)
V=(r'use airspec_models::Violation;','use airspec_judge::Violation;')
sub('conformance/mock/src/**',V,(r'use airspec_models::json;','use airspec_judge::text;'),(r'json::parse\(text\)','text::parse(text)'),(r'json::FaultKind','text::TextErrorKind'),(r'json::Fault\b','text::TextError'),(r'violation\.constraint\.as_ref\(\)','violation.constraint.as_str()'))
sub('conformance/suite/src/**',V,(r'use airspec_models::json;','use airspec_judge::text;'),(r'\bjson::parse\(','text::parse('),(r'violation\.constraint\.into_owned\(\)','violation.constraint'),(r'&\*violation\.constraint','violation.constraint.as_str()'))
p='conformance/mock/src/deliver.rs'; s=open(p).read()
s=s.replace('use airspec_models::client::address::is_loopback;\n','use crate::address::is_loopback;\n')
open(p,'w').write(s)
open('conformance/mock/src/address.rs','w').write('''//! Whether a host is this machine.

use std::net::IpAddr;

/// 127.0.0.0/8, `[::1]` and `localhost`; nothing that a name server could point elsewhere.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback()) || host == "localhost"
}
''')
p='conformance/mock/src/lib.rs'; s=open(p).read()
s=s if 'mod address;' in s else s.replace('mod access;\n','mod access;\nmod address;\n')
s=s if 'feature = ' in s else s
if 'feature = "wiremock"' not in s: s=s.replace('mod front_wiremock;','#[cfg(feature = "wiremock")]\nmod front_wiremock;').replace('pub use front_wiremock::Mock;','#[cfg(feature = "wiremock")]\npub use front_wiremock::Mock;')
open(p,'w').write(s)
p='spec/src/lib.rs'; s=open(p).read()
if 'pub mod price;' not in s: s=s.replace('mod read;\n','pub mod price;\nmod read;\n',1)
open(p,'w').write(s)
for p in ['spec/src/price.rs']:
    s=open(p).read().replace('pub(crate) ','pub ').replace('airspec_spec::','crate::').replace('use airspec_spec::{','use crate::{')
    open(p,'w').write(s)
sub('conformance/mock/src/engine.rs',(r'fault\.detail','fault.reason'),(r'text::TextErrorKind::Duplicate \| text::TextErrorKind::Depth =>','text::TextErrorKind::Duplicate | text::TextErrorKind::Depth | text::TextErrorKind::Size =>'))

sub('conformance/suite/src/**',(r'one\.constraint\.into_owned\(\)','one.constraint'))
sub('conformance/suite/src/run.rs',(r'^mod progress;\n',''),(r'^pub use progress::Progress;\n',''))
sub('conformance/src/cli/**',(r'use airspec_suite::run::Progress;\n','use super::progress::Progress;\n'))
sub('conformance/report/src/lib.rs',(r'^pub\(crate\) use files',"pub use files"))
sub('conformance/report/src/files.rs',(r'^pub\(crate\) fn',"pub fn"))
sub('conformance/report/src/table.rs',(r'pub\(crate\) fn',"pub fn"))
sub('conformance/suite/src/random.rs',(r'pub\(crate\) fn',"pub fn"))
sub('conformance/suite/src/deviation.rs',(r'pub\(crate\) fn',"pub fn"))
sub('conformance/suite/src/oracle.rs',(r'pub\(crate\) fn',"pub fn"))
sub('conformance/suite/src/oracle/observation.rs',(r'pub\(crate\) fn',"pub fn"))
sub('conformance/src/cli.rs',(r'^mod money;','mod money;\nmod progress;') if 'mod progress;' not in open('conformance/src/cli.rs').read() else (r'^$^',''))
sub('conformance/src/cli/watch.rs',(r'use airspec_suite::run::\{Progress, ','use super::progress::Progress;\nuse airspec_suite::run::{'))
sub('conformance/src/cli/faults.rs',(r'use airspec_suite::run::\{Progress, Record\};','use super::progress::Progress;\nuse airspec_suite::run::Record;'))
