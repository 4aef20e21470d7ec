//! What the store promises on both engines, through its own interface alone.

mod group_commit;
mod schema;
