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

    /// `taken` bytes of the record that `next` last called unfinished were taken away; the rest of it follows.
    fn resume(&mut self, taken: usize);

    /// The record that `next` last called unfinished is of another sort than text.
    fn is_other(&self) -> bool {
        false
    }
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
    failed: bool,
    inside: Option<Inside>,
}

/// In the middle of a record that is over the limit, of which a part was taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Bad,
    Other,
}

/// Bytes of an unfinished record that are held back, so that the start of the next one is seen whole.
const HELD_BACK: usize = 32;

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
            failed: false,
            inside: None,
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
        RawRecord {
            byte: self.start + range.start as u64,
            range,
            number: self.number,
            bad: Some(why),
            rest: self.inside == Some(Inside::Bad),
        }
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
                // The end of a record that is taken away piece by piece can look like anything, even blank.
                _ if self.inside.is_some() => {
                    self.piece(range, records);
                    *others += u64::from(self.inside == Some(Inside::Other));
                    self.inside = None;
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

    /// Hands on more of a bad record that is too long; what is of another sort goes nowhere.
    fn piece(&self, range: std::ops::Range<usize>, records: &mut Vec<RawRecord>) {
        if self.inside == Some(Inside::Bad) && !range.is_empty() {
            records.push(self.bad(range, String::new()));
        }
    }

    /// Begins to take away a record that is too long.
    fn begin(&mut self, at: usize, records: &mut Vec<RawRecord>) -> usize {
        self.framing.resume(1);
        if self.framing.is_other() {
            self.inside = Some(Inside::Other);
        } else {
            self.number += 1;
            records.push(self.bad(at..at + 1, self.over()));
            self.inside = Some(Inside::Bad);
        }
        at + 1
    }

    fn over(&self) -> String {
        format!("the record has over {} bytes (--max-record-bytes)", self.max)
    }
}

impl<F: Framing> Reader for Framed<F> {
    fn format(&self) -> Format {
        self.format
    }

    fn failed(&self) -> bool {
        self.failed
    }

    fn next_batch(&mut self) -> Result<Option<Batch>> {
        let mut records = Vec::new();
        let mut at = 0;
        let mut others = 0;
        while records.is_empty() && others == 0 && !(self.ended && self.buffer.is_empty() && self.failure.is_none()) {
            if !self.ended {
                self.fill();
            }
            if self.start == 0 && at == 0 && self.buffer.starts_with(b"\xEF\xBB\xBF") && self.format == Format::Jsonl {
                at = 3;
            }
            at = self.cut(at, &mut records, &mut others);
            if let Some(failure) = self.failure.take() {
                self.number += u64::from(self.inside != Some(Inside::Bad));
                records.push(self.bad(at..self.buffer.len(), failure));
                at = self.buffer.len();
                self.failed = true;
            } else if self.inside.is_none() && self.buffer.len() - at > self.max && !self.ended {
                // Too long to be held. It is begun with its first byte, so that the framing sees all that follows as
                // the rest of it, where the next record may start earlier than it says.
                at = self.begin(at, &mut records);
                at = self.cut(at, &mut records, &mut others);
            }
            if self.inside.is_some() {
                let held = if self.ended { 0 } else { HELD_BACK.min(self.buffer.len() - at) };
                let piece = at..self.buffer.len() - held;
                at = piece.end;
                self.framing.resume(piece.len());
                self.piece(piece, &mut records);
            }
            if records.is_empty() && at > 0 {
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
        Ok(Some(Batch {
            format: self.format,
            name: Arc::clone(&self.name),
            data: Data::Bytes { bytes, records },
            others,
        }))
    }
}

/// What to say of a stream that cannot be read on.
fn reading(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed data ends early".to_owned(),
        _ => format!("cannot read on: {error}"),
    }
}
