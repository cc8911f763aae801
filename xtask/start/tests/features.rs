//! See `xtask_start::AS_TESTS`.
