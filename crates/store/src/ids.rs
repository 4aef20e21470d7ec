//! Numbers for rows, known before the rows are written. Each writer takes blocks from the `sequence` table in short
//! transactions of their own, so that nodes never wait for each other; what a dead node had left is lost, harmlessly.

use std::time::{Duration, Instant};

use crate::error::{Result, StoreError};
use crate::sql::{Conn, statements};

statements! {
    TAKE_BLOCK = "UPDATE sequence SET next_id = next_id + $1 WHERE name = $2 RETURNING next_id";
}

/// Hands out rising numbers of one sequence.
#[derive(Debug)]
pub struct Ids {
    name: &'static str,
    next: i64,
    end: i64,
    block: i64,
    taken: Option<Instant>,
}

impl Ids {
    /// Numbers of contacts, kept apart so that they stay small: callers see them.
    pub fn contacts() -> Self {
        Self { name: "contact", next: 0, end: 0, block: 16, taken: None }
    }

    /// Numbers of all other rows.
    pub fn rows() -> Self {
        Self { name: "row", next: 0, end: 0, block: 64, taken: None }
    }

    /// Makes sure that `wanted` numbers can be taken. Blocks grow while they are used up fast.
    pub fn reserve(&mut self, conn: &mut Conn, wanted: i64) -> Result<()> {
        if self.end - self.next >= wanted {
            return Ok(());
        }
        let fast = self.taken.is_some_and(|t| t.elapsed() < Duration::from_secs(2));
        self.block = if fast { (self.block * 2).min(16_384) } else { self.block };
        // Decisions take fewer than they may, so a block of several times that lasts for many batches.
        let size = self.block.max(wanted * 4);
        let end = conn
            .row(&TAKE_BLOCK, &[size.into(), self.name.into()], |row| row.int())?
            .ok_or_else(|| StoreError::Fault(format!("there is no sequence {}", self.name)))?;
        self.next = end - size;
        self.end = end;
        self.taken = Some(Instant::now());
        Ok(())
    }

    /// The same for work that says exactly how many it may take; what is left is kept for the next time.
    pub fn reserve_exactly(&mut self, conn: &mut Conn, wanted: i64) -> Result<()> {
        if self.end - self.next >= wanted {
            return Ok(());
        }
        let end = conn
            .row(&TAKE_BLOCK, &[wanted.into(), self.name.into()], |row| row.int())?
            .ok_or_else(|| StoreError::Fault(format!("there is no sequence {}", self.name)))?;
        self.next = end - wanted;
        self.end = end;
        Ok(())
    }

    /// The next number. [`Ids::reserve`] must have been asked for enough.
    pub fn take(&mut self) -> i64 {
        debug_assert!(self.next < self.end, "reserve asks for too few");
        self.next += 1;
        self.next - 1
    }
}
