//! The two descriptors by which a signal's handler wakes the thread that deals with signals.
//!
//! A program may close descriptors that it has not opened, as a daemon does, and then open files
//! that get the same numbers. So each use first checks that the descriptor still stands for the
//! same file: no file of the program is read, written or closed. Only between the check and the use
//! can a number still change hands.
#![allow(unsafe_code)]

use std::{
    io::{self, Read},
    mem::MaybeUninit,
    os::{
        fd::{AsRawFd, IntoRawFd, RawFd},
        unix::net::UnixStream,
    },
};

/// The flags of a send that never waits and, where there is a flag for that, raises no SIGPIPE.
#[cfg(not(target_vendor = "apple"))]
const QUIETLY: libc::c_int = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
const QUIETLY: libc::c_int = libc::MSG_DONTWAIT;

/// The errors of a send if the descriptor stands for another file, or if the other end is gone.
const LOST: [i32; 5] = [libc::EBADF, libc::ENOTSOCK, libc::EPIPE, libc::ENOTCONN, libc::ECONNRESET];

/// A number, and the file that it stood for.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    number: RawFd,
    file: libc::stat,
}

impl Mark {
    fn of(number: RawFd) -> io::Result<Self> {
        Ok(Self { number, file: file_of(number).ok_or_else(io::Error::last_os_error)? })
    }

    /// Returns whether the number still stands for that file. May be called in a signal handler.
    pub(super) fn is_intact(&self) -> bool {
        let is_same =
            |now: libc::stat| (now.st_dev, now.st_ino) == (self.file.st_dev, self.file.st_ino);
        file_of(self.number).is_some_and(is_same)
    }
}

fn file_of(number: RawFd) -> Option<libc::stat> {
    let mut file = MaybeUninit::uninit();
    // SAFETY: `file` has room for what the call writes, and any number may be asked about.
    let answer = unsafe { libc::fstat(number, file.as_mut_ptr()) };
    // SAFETY: without an error the call has written all of it.
    (answer == 0).then(|| unsafe { file.assume_init() })
}

/// One of the two ends. Closed when it is dropped, if it is still the same file.
pub(super) struct End {
    stream: Option<UnixStream>,
    mark: Mark,
}

/// Opens the end that rings and the end that hears it.
pub(super) fn pair() -> io::Result<(End, End)> {
    let (rings, hears) = UnixStream::pair()?;
    Ok((End::of(rings)?, End::of(hears)?))
}

impl End {
    fn of(stream: UnixStream) -> io::Result<Self> {
        let mark = Mark::of(stream.as_raw_fd())?;
        Ok(Self { stream: Some(stream), mark })
    }

    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// Makes the other end's `hear` return. Returns false if that end is gone. The caller has seen
    /// that this one is intact. Never blocks; may be called in a signal handler.
    pub(super) fn ring(&self) -> bool {
        // SAFETY: the call reads one byte, of a constant.
        let sent = unsafe { libc::send(self.mark.number, b"!".as_ptr().cast(), 1, QUIETLY) };
        // A full socket has rung already.
        sent == 1 || !io::Error::last_os_error().raw_os_error().is_some_and(|e| LOST.contains(&e))
    }

    /// Blocks until the other end has rung. Returns false if a descriptor is no longer the same.
    pub(super) fn hear(&self) -> bool {
        let Some(mut stream) = self.stream.as_ref() else { return false };
        loop {
            if !self.mark.is_intact() {
                return false;
            }
            match stream.read(&mut [0; 1024]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // No bytes: the other end is closed.
                heard => return heard.is_ok_and(|bytes| bytes > 0),
            }
        }
    }
}

impl End {
    /// Leaves the descriptor open. Code that closes descriptors of others may be about to use the
    /// number again. Closing it here could then close another file.
    pub(super) fn leak(mut self) {
        let _ = self.stream.take().map(IntoRawFd::into_raw_fd);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if self.stream.is_some() && !self.mark.is_intact() {
            // The number is free, or stands for another file.
            let _ = self.stream.take().map(IntoRawFd::into_raw_fd);
        }
    }
}

/// Writes to the standard error. May be called in a signal handler.
pub(super) fn say(text: &str) {
    // SAFETY: the call reads the text, and nothing is done about an error.
    let _ = unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
}
