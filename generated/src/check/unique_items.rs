//! `uniqueItems`: no two items of an array are equal.

use super::Check;
use crate::node::{List, Node};
use crate::sink::Sink;
use crate::violation::Constraint;
use std::hash::{BuildHasher as _, Hasher, RandomState};

/// Up to so many items are compared each with each, without memory of its own; more are sorted by hash first.
const FEW: usize = 16;

impl<S: Sink> Check<'_, S> {
    /// No two items of an array are equal.
    #[inline]
    pub fn unique_items(self, constraint: &'static Constraint) -> Self {
        self.expect(constraint, |node| node.list().is_none_or(|list| !has_equal_items(list)))
    }
}

fn has_equal_items(list: &dyn List) -> bool {
    if list.len() <= FEW {
        return (1..list.len()).any(|b| (0..b).any(|a| list.item(a).equals(list.item(b))));
    }
    // The keys of the hashes are random, so that no request can be made of items that collide.
    let state = RandomState::new();
    let mut hashed: Vec<(u64, usize)> = (0..list.len()).map(|at| (hash(list.item(at), &state), at)).collect();
    hashed.sort_unstable();
    hashed.chunk_by(|(a, _), (b, _)| a == b).any(|alike| {
        let mut items = alike.iter().enumerate();
        items.any(|(count, (_, b))| alike[..count].iter().any(|(_, a)| list.item(*a).equals(list.item(*b))))
    })
}

/// A number that equal values share.
fn hash(node: Node<'_>, state: &RandomState) -> u64 {
    let mut hasher = state.build_hasher();
    match node {
        Node::Null => hasher.write_u8(0),
        Node::Boolean(flag) => hasher.write_u8(1 + u8::from(flag)),
        Node::Number(number) => hasher.write_u64(number.hash_bits()),
        Node::Text(text) => hasher.write(text.as_bytes()),
        Node::Uuid(uuid) => hasher.write(uuid.as_str().as_bytes()),
        Node::List(list) => (0..list.len()).for_each(|at| hasher.write_u64(hash(list.item(at), state))),
        Node::Object(object) => {
            // Members have no order.
            let mut sum = 0_u64;
            object.each(&mut |name, member| {
                sum = sum.wrapping_add(state.hash_one((name, hash(member, state))));
            });
            hasher.write_u64(sum);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::AsNode as _;
    use serde_json::{Value, json};

    /// Whether an array has equal items, alone and among so many others that hashes decide.
    fn repeats(items: Value) -> bool {
        let Value::Array(few) = items else { panic!("an array") };
        let many: Vec<Value> = few.iter().cloned().chain((0..100).map(|n| json!({"other": n}))).collect();
        let found = has_equal_items(&few);
        assert_eq!(found, has_equal_items(&many), "{few:?}");
        found
    }

    #[test]
    fn items_are_equal_as_json_values() {
        for equal in [
            json!([1, 2, 1]),
            json!([1, 1.0]),
            json!([0.0, -0.0]),
            json!([1e18, 1_000_000_000_000_000_000_u64]),
            json!([1e300, 1e300]),
            json!([null, false, null]),
            json!(["a", "b", "a"]),
            json!([[1, [2]], [1.0, [2]]]),
            json!([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]),
            json!([{}, {}]),
        ] {
            assert!(repeats(equal.clone()), "{equal}");
        }
        for different in [
            json!([]),
            json!([1]),
            json!([0, false, null, "", "0", [], {}]),
            json!([1, 1.5, -1]),
            json!([9_007_199_254_740_993_u64, 9_007_199_254_740_992.0]),
            json!(["a", "A", "a "]),
            json!([[1, 2], [2, 1]]),
            json!([{"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}]),
        ] {
            assert!(!repeats(different.clone()), "{different}");
        }
    }

    #[test]
    fn a_uuid_is_its_text() {
        let uuid: crate::Uuid = "019c42a0-c3ff-4138-be83-ee257abc5331".parse().unwrap();
        let text = Value::from(uuid.as_str());
        assert!(uuid.as_node().equals(text.as_node()));
        let state = RandomState::new();
        assert_eq!(hash(uuid.as_node(), &state), hash(text.as_node(), &state));
    }
}
