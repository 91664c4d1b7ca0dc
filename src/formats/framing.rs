//! Cutting a stream of bytes into records, whatever the format: [`Framed`] reads, a [`Framing`] says where a record ends.

use std::io::{self, Read};
use std::sync::Arc;

use super::record::{Batch, Data, RawRecord, Reader};
use super::{Format, ReadOptions};
use crate::error::Result;

/// Bytes that are read at a time. Batches are cut by it, so it takes part in the bytes of compressed output.
pub(super) const BATCH: usize = 1 << 19;

/// Where records end.
pub(super) trait Framing: Send {
    /// What stands at the start of `bytes`, which is never empty; `at_end` says that no more will follow.
    fn next(&mut self, bytes: &[u8], at_end: bool) -> Frame;

    /// How many of the bytes `held`, which `next` last called unfinished, are handed on before the rest is there. What
    /// `next` sees next starts behind them.
    fn resume(&mut self, held: &[u8]) -> usize;
}

/// What stands at the start of some bytes.
pub(super) enum Frame {
    /// A record of so many bytes.
    Record(usize),
    /// So many bytes of no record.
    Gap(usize),
    /// A record of another sort than text, of so many bytes.
    Other(usize),
    /// So many bytes of a record that is not what the format says.
    Bad(usize, String),
    /// A record whose end is not there yet.
    More,
}

/// Reads records from a stream.
pub(super) struct Framed<F> {
    input: Box<dyn Read + Send>,
    framing: F,
    format: Format,
    name: Arc<str>,
    max: usize,
    buffer: Vec<u8>,
    /// The place of the buffer's first byte in the stream.
    start: u64,
    number: u64,
    ended: bool,
    failure: Option<String>,
    /// Inside a record that is over the limit, of which a part was handed on.
    inside: bool,
}

impl<F: Framing> Framed<F> {
    pub(super) fn new(
        input: Box<dyn Read + Send>,
        framing: F,
        format: Format,
        name: Arc<str>,
        options: &ReadOptions,
    ) -> Self {
        Self {
            input,
            framing,
            format,
            name,
            max: options.max_record_bytes,
            buffer: Vec::new(),
            start: 0,
            number: 0,
            ended: false,
            failure: None,
            inside: false,
        }
    }

    /// Reads up to `BATCH` more bytes. Short reads do not show in the batches: the same input is cut the same way.
    fn fill(&mut self) {
        let wanted = self.buffer.len() + BATCH;
        self.buffer.reserve_exact(BATCH);
        match (&mut self.input).take(BATCH as u64).read_to_end(&mut self.buffer) {
            Ok(_) => self.ended = self.buffer.len() < wanted,
            Err(error) => {
                self.ended = true;
                self.failure = Some(reading(&error));
            }
        }
    }

    fn bad(&self, range: std::ops::Range<usize>, why: String) -> RawRecord {
        RawRecord { byte: self.start + range.start as u64, range, number: self.number, bad: Some(why), rest: self.inside }
    }

    /// Cuts whole records off the buffer from `at` on.
    fn cut(&mut self, mut at: usize, records: &mut Vec<RawRecord>, others: &mut u64) -> usize {
        // After a failure, what is left of the last record is no record.
        let at_end = self.ended && self.failure.is_none();
        while at < self.buffer.len() {
            let frame = self.framing.next(&self.buffer[at..], at_end);
            let length = match frame {
                Frame::More => break,
                Frame::Gap(length) | Frame::Record(length) | Frame::Other(length) | Frame::Bad(length, _) => length,
            };
            let range = at..at + length;
            at = range.end;
            match frame {
                // The end of a record of which a part was handed on can look like anything, even blank.
                _ if self.inside => {
                    records.push(self.bad(range, String::new()));
                    self.inside = false;
                }
                Frame::More | Frame::Gap(_) => {}
                Frame::Other(_) => *others += 1,
                Frame::Bad(_, why) => {
                    self.number += 1;
                    records.push(self.bad(range, why));
                }
                Frame::Record(length) => {
                    self.number += 1;
                    if length > self.max {
                        records.push(self.bad(range, self.over()));
                    } else {
                        let byte = self.start + range.start as u64;
                        records.push(RawRecord { range, number: self.number, byte, bad: None, rest: false });
                    }
                }
            }
        }
        at
    }

    fn over(&self) -> String {
        format!("the record has over {} bytes (--max-record-bytes)", self.max)
    }
}

impl<F: Framing> Reader for Framed<F> {
    fn format(&self) -> Format {
        self.format
    }

    fn next_batch(&mut self) -> Result<Option<Batch>> {
        let mut records = Vec::new();
        let mut at = 0;
        let mut others = 0;
        while records.is_empty() && others == 0 && !(self.ended && self.buffer.is_empty() && self.failure.is_none()) {
            if !self.ended {
                self.fill();
            }
            if self.start == 0 && at == 0 && self.buffer.starts_with(b"\xEF\xBB\xBF") && self.format != Format::Text {
                at = 3;
            }
            at = self.cut(at, &mut records, &mut others);
            if let Some(failure) = self.failure.take() {
                if !self.inside {
                    self.number += 1;
                }
                records.push(self.bad(at..self.buffer.len(), failure));
                at = self.buffer.len();
            } else if self.inside && at < self.buffer.len() || self.buffer.len() - at > self.max && !self.ended {
                // Too long to be held: handed on piece by piece.
                let piece = at..at + self.framing.resume(&self.buffer[at..]);
                if !piece.is_empty() {
                    at = piece.end;
                    let why = if self.inside { String::new() } else { self.over() };
                    self.number += u64::from(!self.inside);
                    records.push(self.bad(piece, why));
                    self.inside = true;
                }
            } else if records.is_empty() && at > 0 {
                // Nothing but gaps so far.
                self.buffer.drain(..at);
                self.start += at as u64;
                at = 0;
            }
        }
        if records.is_empty() && others == 0 {
            return Ok(None);
        }
        let tail = self.buffer.split_off(at);
        let bytes = std::mem::replace(&mut self.buffer, tail);
        self.start += at as u64;
        Ok(Some(Batch { format: self.format, name: Arc::clone(&self.name), data: Data::Bytes { bytes, records }, others }))
    }
}

/// What to say of a stream that cannot be read on.
fn reading(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed data ends early".to_owned(),
        _ => format!("cannot read on: {error}"),
    }
}
