//! Prefetching of cache lines.
#![allow(unsafe_code)]

/// Asks the processor for the cache line at this address, to write to it. The processor may ignore
/// this.
#[inline]
pub(crate) fn prefetch_write(address: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: reads and writes nothing, and any address will do. Every x86-64 processor since 2005
    // takes it or ignores it.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) address, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}
