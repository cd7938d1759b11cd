//! `FusedFuture`, for the `select!` of the crate futures.

use std::future::Future;

use futures_core::FusedFuture;

use super::{
    GroupTracked, GroupWait, Recv, RecvMany, RecvOk, Send, SendFrom, SendOk, Tracked, Wait,
    WaitGroupWait,
};

macro_rules! fused {
    ($($future:ty $(, $param:ident)?;)*) => {$(
        impl<$($param)?> FusedFuture for $future
        where
            Self: Future,
        {
            fn is_terminated(&self) -> bool {
                self.is_done()
            }
        }
    )*};
}

fused! {
    Recv<'_, T>, T;
    RecvOk<'_, T>, T;
    RecvMany<'_, T>, T;
    Send<'_, T>, T;
    SendOk<'_, T>, T;
    SendFrom<'_, T>, T;
    Wait<'_, R>, R;
    Tracked<F>, F;
    GroupTracked<F>, F;
    WaitGroupWait<'_>;
    GroupWait<'_>;
}
