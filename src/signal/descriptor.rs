//! The two descriptors by which a signal's handler wakes the thread that deals with signals.
//!
//! A program may close what it has not opened, as one does that becomes a daemon, and then open
//! files that get the same numbers. So each is compared with the file that it was before it is
//! used: nothing is read of a file of the program's, written to it, or closed. Only between the
//! look and the use can a number still change hands.
#![allow(unsafe_code)]

use std::{
    io::{self, Read},
    mem::MaybeUninit,
    os::{
        fd::{AsRawFd, IntoRawFd, RawFd},
        unix::net::UnixStream,
    },
};

/// Never waits, and does not end a process for which SIGPIPE has its default.
#[cfg(not(target_vendor = "apple"))]
const QUIETLY: libc::c_int = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
const QUIETLY: libc::c_int = libc::MSG_DONTWAIT;

/// The errors by which a send shows that this is not the file it was, or that the other end is
/// gone.
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

    /// Whether it is still that file. May be asked in a signal's handler.
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

/// One of the two. Closed when it is dropped, if it is still the same.
pub(super) struct End {
    stream: Option<UnixStream>,
    mark: Mark,
}

/// The end that rings and the one that hears it.
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

    /// Has the other end's `hear` return; false if that is gone. The caller has seen that this one
    /// is intact. Never blocks; may be called in a signal's handler.
    pub(super) fn ring(&self) -> bool {
        // SAFETY: the call reads one byte, of a constant.
        let sent = unsafe { libc::send(self.mark.number, b"!".as_ptr().cast(), 1, QUIETLY) };
        // One that is full will be heard.
        sent == 1 || !io::Error::last_os_error().raw_os_error().is_some_and(|e| LOST.contains(&e))
    }

    /// Blocks until the other end has rung since. False if a descriptor is not the same any more.
    pub(super) fn hear(&self) -> bool {
        let Some(mut stream) = self.stream.as_ref() else { return false };
        loop {
            if !self.mark.is_intact() {
                return false;
            }
            match stream.read(&mut [0; 1024]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Nothing: the other one is closed.
                heard => return heard.is_ok_and(|bytes| bytes > 0),
            }
        }
    }
}

impl End {
    /// Leaves the descriptor open. Whoever closes what is not its own may be about to use the
    /// number again: then closing it here could close another file.
    pub(super) fn leak(mut self) {
        let _ = self.stream.take().map(IntoRawFd::into_raw_fd);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if self.stream.is_some() && !self.mark.is_intact() {
            // The number is nobody's, or somebody else's.
            let _ = self.stream.take().map(IntoRawFd::into_raw_fd);
        }
    }
}

/// Writes to the standard error. May be called in a signal's handler.
pub(super) fn say(text: &str) {
    // SAFETY: the call reads the text, and nothing is done about an error.
    let _ = unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
}
