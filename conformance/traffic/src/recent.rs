//! Values by their keys, within a bound: the oldest are forgotten first.

use std::collections::{BTreeMap, HashMap};

/// The newest values, at most so many and of about so many bytes.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    turns: HashMap<String, u64>,
    kept: BTreeMap<u64, (String, usize, T)>,
    next: u64,
    bytes: usize,
    max: usize,
    max_bytes: usize,
}

impl<T> Recent<T> {
    pub(crate) fn new(max: usize, max_bytes: usize) -> Self {
        let (turns, kept) = Default::default();
        Self { turns, kept, next: 0, bytes: 0, max, max_bytes }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        let (_, _, value) = self.kept.get(self.turns.get(key)?)?;
        Some(value)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let (_, _, value) = self.kept.get_mut(self.turns.get(key)?)?;
        Some(value)
    }

    /// All of them, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.kept.values().map(|(key, _, value)| (key.as_str(), value))
    }

    /// Adds a value of so many bytes, in the place of one with the same key. Gives those that are forgotten for it.
    pub(crate) fn add(&mut self, key: String, value: T, size: usize) -> Vec<T> {
        self.remove(&key);
        let size = size + 2 * key.len();
        self.bytes += size;
        self.turns.insert(key.clone(), self.next);
        self.kept.insert(self.next, (key, size, value));
        self.next += 1;
        self.forget()
    }

    /// Counts a value again that has changed. Gives those that are forgotten for it.
    pub(crate) fn count(&mut self, key: &str, size: impl Fn(&T) -> usize) -> Vec<T> {
        let Some(turn) = self.turns.get(key) else { return Vec::new() };
        if let Some((key, known, value)) = self.kept.get_mut(turn) {
            let now = size(value) + 2 * key.len();
            self.bytes = self.bytes - *known + now;
            *known = now;
        }
        self.forget()
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        let (_, size, value) = self.kept.remove(&self.turns.remove(key)?)?;
        self.bytes -= size;
        Some(value)
    }

    fn forget(&mut self) -> Vec<T> {
        let mut forgotten = Vec::new();
        while self.kept.len() > self.max || self.bytes > self.max_bytes {
            let Some((_, (key, size, value))) = self.kept.pop_first() else { break };
            self.bytes -= size;
            self.turns.remove(&key);
            forgotten.push(value);
        }
        forgotten
    }
}
