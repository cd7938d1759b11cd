//! Prefetching of cache lines.
#![allow(unsafe_code)]

/// Asks the processor to fetch the cache line at `address` for writing. The processor may ignore
/// this.
#[inline]
pub(crate) fn prefetch_write(address: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: the instruction changes no memory and accepts any address. Every x86-64 processor
    // since 2005 executes it or ignores it.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) address, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}
