//! What a select over four channels adds to a program, in bytes: the function that has it, and
//! everything that it needs of its library. More selects of the same type share the latter.
//!
//! It reads them from its own symbols.

use object::{Object, ObjectSymbol, SymbolKind};
use std::{env, error::Error, fs, hint::black_box};

#[inline(never)]
fn select_gochan([a, b, c, d]: &[gochan::Receiver<u64>; 4]) -> u64 {
    gochan::select! {
        recv(a) -> value => value,
        recv(b) -> value => value,
        recv(c) -> value => value,
        recv(d) -> value => value,
    }
}

#[inline(never)]
fn select_crossbeam([a, b, c, d]: &[crossbeam_channel::Receiver<u64>; 4]) -> u64 {
    crossbeam_channel::select! {
        recv(a) -> value => value.unwrap(),
        recv(b) -> value => value.unwrap(),
        recv(c) -> value => value.unwrap(),
        recv(d) -> value => value.unwrap(),
    }
}

#[inline(never)]
fn select_flume([a, b, c, d]: &[flume::Receiver<u64>; 4]) -> u64 {
    flume::Selector::new()
        .recv(a, Result::unwrap)
        .recv(b, Result::unwrap)
        .recv(c, Result::unwrap)
        .recv(d, Result::unwrap)
        .wait()
}

fn main() -> Result<(), Box<dyn Error>> {
    // No thread sends, and the only sender is gone: the calls are there to be compiled.
    if env::args().len() > 1 {
        black_box(select_gochan(&[(); 4].map(|()| gochan::bounded(1).1)));
        black_box(select_crossbeam(&[(); 4].map(|()| crossbeam_channel::bounded(1).1)));
        black_box(select_flume(&[(); 4].map(|()| flume::bounded(1).1)));
    }
    let program = fs::read(env::current_exe()?)?;
    let program = object::File::parse(&*program)?;
    println!("Bytes of code of a select that receives from one of four channels of u64.\n");
    println!("| library   | the select | with what it needs |");
    println!("| --------- | ---------: | -----------------: |");
    for (name, package) in
        [("gochan", "gochan"), ("crossbeam", "crossbeam_channel"), ("flume", "flume")]
    {
        let select = bytes(&program, &mangled(&format!("select_{name}")));
        let library = bytes(&program, &mangled(package));
        println!("| {name:<9} | {select:>10} | {:>18} |", select + library);
    }
    Ok(())
}

/// A name as it stands in symbols.
fn mangled(name: &str) -> String {
    format!("{}{name}", name.len())
}

/// The size of all functions with this in their name.
fn bytes(program: &object::File, name: &str) -> u64 {
    let functions = program.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    functions
        .filter(|symbol| symbol.name().is_ok_and(|of| of.contains(name)))
        .map(|symbol| symbol.size())
        .sum()
}
