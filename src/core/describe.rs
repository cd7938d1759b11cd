//! The debug output of a channel.

use std::fmt;

use super::{channel::Side, Core};

impl<T> Core<T> {
    /// Writes the `{:?}` output of a handle called `name`: the state of its channel, and which
    /// operations are blocked on it and where.
    pub(crate) fn describe(
        core: Option<&Self>,
        name: &str,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let Some(core) = core else { return write!(f, "{name} {{ nil }}") };
        let channel = core.channel();
        let mut blocked = channel.blocked(Side::Send);
        blocked.extend(channel.blocked(Side::Recv));
        f.debug_struct(name)
            .field("kind", &format_args!("{}", core.kind()))
            .field("len", &channel.len())
            .field("cap", &channel.cap())
            .field("closed", &channel.is_closed())
            .field("blocked", &blocked)
            .finish()
    }

    /// Returns the name of the kind.
    fn kind(&self) -> &'static str {
        match self {
            Core::Rendezvous(_) => "unbuffered",
            Core::Ring(_) => "buffered",
            Core::List(_) => "unbounded",
            Core::Timer(_) => "timer",
            Core::Done(_) => "done",
        }
    }
}
