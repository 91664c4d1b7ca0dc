//! Output files: written under another name and renamed when they are whole, so that no half file ever stands under the
//! final name.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// Unfinished files that must go if the program is told to end.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Deletes all unfinished files, for good: none can be made or finished afterwards.
#[cfg(unix)]
pub(super) fn abandon() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    let files = unfinished();
    for file in files.iter() {
        let _ = fs::remove_file(file);
    }
    files
}

/// A file that is being written beside its final name.
pub(crate) struct Unfinished {
    file: File,
    path: PathBuf,
    temporary: PathBuf,
    /// Kept if the run ends early, so that it can go on.
    kept: bool,
    finished: bool,
}

impl Unfinished {
    /// Starts a new file, with its folders.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let temporary = temporary(path);
        let place = |error: io::Error| Error::from(error).in_file(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(place)?;
        }
        let mut files = unfinished();
        let file = File::create(&temporary).map_err(place)?;
        files.insert(temporary.clone());
        Ok(Self { file, path: path.to_path_buf(), temporary, kept: false, finished: false })
    }

    /// Goes on with the file that a run that ended early has left, from byte `length` on; it stays again if this run ends
    /// early too.
    ///
    /// # Errors
    /// If there is none, or it is shorter.
    pub(super) fn resume(path: &Path, length: u64) -> Result<Self> {
        let temporary = temporary(path);
        let place = |error: io::Error| Error::from(error).in_file(path);
        if length == 0 {
            let mut file = Self::create(path)?;
            file.keep();
            return Ok(file);
        }
        if !temporary.exists() {
            // The last run came to its end.
            fs::rename(path, &temporary).map_err(place)?;
        }
        let mut file = OpenOptions::new().write(true).open(&temporary).map_err(place)?;
        if file.metadata().map_err(place)?.len() < length {
            return Err(
                Error::option("it is shorter than the journal says; start again without --resume").in_file(path)
            );
        }
        file.set_len(length).map_err(place)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(place)?;
        Ok(Self { file, path: path.to_path_buf(), temporary, kept: true, finished: false })
    }

    /// Makes the file stay if the run ends early.
    pub(super) fn keep(&mut self) {
        unfinished().remove(&self.temporary);
        self.kept = true;
    }

    /// Gives the file its final name.
    ///
    /// # Errors
    /// If it cannot be written or renamed.
    pub(crate) fn finish(mut self) -> Result<()> {
        let place = |error: io::Error| Error::from(error).in_file(&self.path);
        self.file.flush().map_err(place)?;
        let mut files = unfinished();
        fs::rename(&self.temporary, &self.path).map_err(place)?;
        files.remove(&self.temporary);
        self.finished = true;
        Ok(())
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished && !self.kept {
            let mut files = unfinished();
            let _ = fs::remove_file(&self.temporary);
            files.remove(&self.temporary);
        }
    }
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}
