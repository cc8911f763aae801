p='conformance/judge/src/lib.rs'; s=open(p).read()
s=s.replace('''use airspec_models::json;
use airspec_models::node::AsNode as _;
use airspec_models::{Violation, Violations};
''','')
a=s.index('//!'); b=s.index('\n\nuse ')
s='''//! The reference validator: the `jsonschema` crate on the spec's own schema.
//!
//! What generated code says about a request is compared with what this says, so nothing of the generated crate or its
//! runtime is in it: it reads text by itself ([`text`]) and has its own [`Violation`]. Of our own making are the keyword
//! `x-constraints` and the format `uuid4` (both in [`airspec_spec::judge`]) and the mapping of errors, by schema path, to
//! the ids of our constraints.
//!
//! Not its business: what a server must answer, and where a task comes from.

pub mod text;
mod violation;

pub use violation::Violation;'''+s[b:]
s=s.replace('''        match json::parse(text) {
            Ok(value) => self.task(&value),
            Err(fault) => Violations::from(fault).into_vec(),
        }''','''        match text::parse(text) {
            Ok(value) => self.task(&value),
            Err(error) => vec![error.into()],
        }''')
s=s.replace('found.as_node()','found').replace('id.clone()','id')
s=s.replace('Violation::broken(holder.clone(), id, expected, found)','Violation::broken(holder.clone(), id, expected, found)')
s=s.replace('''            .map(|(_, violation)| violation.pointer.clone())''','''            .map(|(_, violation)| violation.pointer.clone())''')
open(p,'w').write(s)
