//! One module per dialect: wire format in, wire format out.

pub mod spektrix;
