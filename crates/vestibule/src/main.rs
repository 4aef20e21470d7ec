//! Starts Vestibule.

fn main() {}
