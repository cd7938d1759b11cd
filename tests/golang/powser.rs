//! Go's test/chan/powser1.go and powser2.go: power series as streams of coefficients, each made by
//! a thread when it is asked for (M. D. McIlroy, Squinting at Power Series).
//!
//! A series ends by the close of its channels: a thread that returns drops its ends, and so do
//! those that asked it. Where a series is defined by itself the threads wait for each other in a
//! circle; `quit` ends them.

use std::{
    borrow::Borrow,
    collections::VecDeque,
    ops::{Add, Mul, Neg},
    thread::{self, Scope},
};

use gochan::{bounded, make, select, Chan, Receiver, Sender};

use crate::common::watchdog;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rat {
    num: i128,
    den: i128,
}

/// `num / den` in lowest terms, with a positive denominator.
fn rat(num: i128, den: i128) -> Rat {
    fn gcd(a: i128, b: i128) -> i128 {
        match b {
            0 => a,
            _ => gcd(b, a % b),
        }
    }
    let by = gcd(num, den).abs() * den.signum();
    Rat { num: num / by, den: den / by }
}

impl Add for Rat {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        rat(self.num * other.den + other.num * self.den, self.den * other.den)
    }
}

impl Mul for Rat {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        rat(self.num * other.num, self.den * other.den)
    }
}

impl Neg for Rat {
    type Output = Self;
    fn neg(self) -> Self {
        rat(-self.num, self.den)
    }
}

/// How a coefficient travels: by value, or behind a pointer.
trait Coefficient: From<Rat> + Borrow<Rat> + Clone + Send + 'static {}

impl<T: From<Rat> + Borrow<Rat> + Clone + Send + 'static> Coefficient for T {}

/// The reader's end of a series: asks for a coefficient, then receives it.
struct Series<T> {
    ask: Sender<()>,
    data: Receiver<T>,
}

/// The writer's end.
struct Out<T> {
    asked: Receiver<()>,
    data: Sender<T>,
    quit: Receiver<()>,
}

impl<T: Coefficient> Series<T> {
    /// The next coefficient, `None` after the last.
    fn get(&self) -> Option<Rat> {
        self.ask.send_ok(()).ok()?;
        self.data.recv_ok().map(|c| *c.borrow())
    }
}

/// The next coefficient of two series, which are asked in whatever order they answer.
fn get2<T: Coefficient>(series: [&Series<T>; 2]) -> [Option<Rat>; 2] {
    let mut ask = series.map(|u| u.ask.clone());
    let mut data = [Receiver::nil(), Receiver::nil()];
    let mut got = [None, None];
    while ask.iter().any(|a| !a.is_nil()) || data.iter().any(|d| !d.is_nil()) {
        let (i, asked, value) = select! {
            send_ok(ask[0], ()) -> sent => (0, sent.is_ok(), None),
            send_ok(ask[1], ()) -> sent => (1, sent.is_ok(), None),
            recv_ok(data[0]) -> value => (0, false, value),
            recv_ok(data[1]) -> value => (1, false, value),
        };
        ask[i] = Sender::nil();
        data[i] = if asked { series[i].data.clone() } else { Receiver::nil() };
        got[i] = value.map(|c| *c.borrow());
    }
    got
}

impl<T: Coefficient> Out<T> {
    /// Waits until a coefficient is asked for. False: nobody will ask.
    fn wanted(&self) -> bool {
        select! {
            recv_ok(self.asked) -> asked => asked.is_some(),
            recv(self.quit) => false,
        }
    }

    /// Answers the thread that asked. False: nobody takes the answer.
    fn give(&self, c: Rat) -> bool {
        self.data.send_ok(c.into()).is_ok()
    }

    fn put(&self, c: Rat) -> bool {
        self.wanted() && self.give(c)
    }

    /// Closes the series.
    fn end(&mut self) {
        (self.asked, self.data) = (Receiver::nil(), Sender::nil());
    }

    /// Passes on the rest of `u`.
    fn copy(&self, u: &Series<T>) {
        while self.wanted() && u.get().is_some_and(|c| self.give(c)) {}
    }
}

/// Where the threads of a computation live.
#[derive(Clone, Copy)]
struct Net<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    quit: &'s Chan<()>,
}

impl<'s> Net<'s, '_> {
    fn pair<T>(self) -> (Series<T>, Out<T>) {
        let ((ask, asked), (tx, rx)) = (bounded(0), bounded(0));
        (Series { ask, data: rx }, Out { asked, data: tx, quit: self.quit.receiver() })
    }

    fn spawn(self, run: impl FnOnce() + Send + 's) {
        thread::Builder::new()
            .stack_size(128 << 10)
            .spawn_scoped(self.scope, run)
            .expect("a thread");
    }

    /// The series that a thread writes.
    fn series<T: Coefficient>(self, write: impl FnOnce(Out<T>) + Send + 's) -> Series<T> {
        let (series, out) = self.pair();
        self.spawn(move || write(out));
        series
    }

    /// Two readers of one series, each at its own pace. The thread serves one while the series,
    /// which may depend on that, has not answered the other.
    fn split_to<T: Coefficient>(self, u: Series<T>, mut out: [Out<T>; 2]) {
        self.spawn(move || {
            let mut queues = [VecDeque::new(), VecDeque::new()];
            let mut waits = [false; 2];
            let (mut is_asked, mut ended) = (false, false);
            loop {
                for i in 0..2 {
                    if waits[i] {
                        match queues[i].pop_front() {
                            Some(c) => {
                                out[i].give(c);
                                waits[i] = false;
                            }
                            None if ended => {
                                out[i].end();
                                waits[i] = false;
                            }
                            None => {}
                        }
                    }
                }
                if out.iter().all(|out| out.asked.is_nil()) {
                    return;
                }
                let ask = waits.contains(&true) && !is_asked;
                let request = select! {
                    recv_ok(out[0].asked) -> asked, if !waits[0] => Some((0, asked)),
                    recv_ok(out[1].asked) -> asked, if !waits[1] => Some((1, asked)),
                    send_ok(u.ask, ()) -> sent, if ask => {
                        (is_asked, ended) = (sent.is_ok(), sent.is_err());
                        None
                    }
                    recv_ok(u.data) -> c, if is_asked => {
                        is_asked = false;
                        match c {
                            Some(c) => queues.iter_mut().for_each(|q| q.push_back(*c.borrow())),
                            None => ended = true,
                        }
                        None
                    }
                    recv(self.quit) => return,
                };
                match request {
                    Some((i, Some(()))) => waits[i] = true,
                    Some((i, None)) => out[i].end(),
                    None => {}
                }
            }
        });
    }

    fn split<T: Coefficient>(self, u: Series<T>) -> [Series<T>; 2] {
        let ((a, to_a), (b, to_b)) = (self.pair(), self.pair());
        self.split_to(u, [to_a, to_b]);
        [a, b]
    }

    /// The series `z` that satisfies `z = define(z)`.
    fn fixed_point<T: Coefficient>(self, define: impl FnOnce(Series<T>) -> Series<T>) -> Series<T> {
        let ((z, to_z), (result, to_result)) = (self.pair(), self.pair());
        self.split_to(define(z), [to_z, to_result]);
        result
    }

    /// `c + cx + cx² + ...`
    fn repeat<T: Coefficient>(self, c: Rat) -> Series<T> {
        self.series(move |out| while out.put(c) {})
    }

    fn polynomial<T: Coefficient>(self, coefficients: &[i128]) -> Series<T> {
        let coefficients = coefficients.to_vec();
        self.series(move |out| _ = coefficients.iter().all(|&c| out.put(rat(c, 1))))
    }

    /// `c + xU`
    fn shift<T: Coefficient>(self, c: Rat, u: Series<T>) -> Series<T> {
        self.series(move |out| {
            if out.put(c) {
                out.copy(&u);
            }
        })
    }

    fn add<T: Coefficient>(self, u: Series<T>, v: Series<T>) -> Series<T> {
        self.series(move |out| {
            while out.wanted() {
                let (c, rest) = match get2([&u, &v]) {
                    [Some(a), Some(b)] => (a + b, None),
                    [Some(a), None] => (a, Some(&u)),
                    [None, Some(b)] => (b, Some(&v)),
                    [None, None] => return,
                };
                if !out.give(c) {
                    return;
                }
                if let Some(rest) = rest {
                    return out.copy(rest);
                }
            }
        })
    }

    /// `cU`
    fn scale<T: Coefficient>(self, c: Rat, u: Series<T>) -> Series<T> {
        self.series(move |out| while out.wanted() && u.get().is_some_and(|a| out.give(c * a)) {})
    }

    fn sub<T: Coefficient>(self, u: Series<T>, v: Series<T>) -> Series<T> {
        self.add(u, self.scale(rat(-1, 1), v))
    }

    /// `(a + xU)(b + xV) = ab + x(aV + bU) + x²UV`
    fn mul<T: Coefficient>(self, u: Series<T>, v: Series<T>) -> Series<T> {
        self.series(move |out| {
            if !out.wanted() {
                return;
            }
            let [Some(a), Some(b)] = get2([&u, &v]) else { return };
            if !out.give(a * b) {
                return;
            }
            let ([u, uu], [v, vv]) = (self.split(u), self.split(v));
            let w = self.add(self.scale(a, v), self.scale(b, u));
            if out.wanted() && w.get().is_some_and(|c| out.give(c)) {
                out.copy(&self.add(w, self.mul(uu, vv)));
            }
        })
    }

    fn differentiate<T: Coefficient>(self, u: Series<T>) -> Series<T> {
        self.series(move |out| {
            let mut n = 0;
            while out.wanted() {
                if n == 0 {
                    u.get();
                }
                n += 1;
                if !u.get().is_some_and(|c| out.give(rat(n, 1) * c)) {
                    return;
                }
            }
        })
    }

    /// The integral with the constant `c`.
    fn integrate<T: Coefficient>(self, c: Rat, u: Series<T>) -> Series<T> {
        self.series(move |out| {
            let mut more = out.put(c);
            for n in 1.. {
                more = more && out.wanted() && u.get().is_some_and(|c| out.give(rat(1, n) * c));
                if !more {
                    return;
                }
            }
        })
    }

    /// `(1 + x)^c`
    fn binomial<T: Coefficient>(self, mut c: Rat) -> Series<T> {
        self.series(move |out| {
            let mut term = rat(1, 1);
            for n in 1.. {
                if !out.put(term) || c.num == 0 {
                    return;
                }
                term = term * c * rat(1, n);
                c = c + rat(-1, 1);
            }
        })
    }

    /// `Z = 1/(a + xU)`, by `Z = 1/a - x(1/a)UZ`
    fn reciprocal<T: Coefficient>(self, u: Series<T>) -> Series<T> {
        self.series(move |out| {
            if !out.wanted() {
                return;
            }
            let Some(a) = u.get() else { return };
            let first = rat(a.den, a.num);
            if out.give(first) {
                let rest = self
                    .fixed_point(|rest| self.mul(self.scale(-first, u), self.shift(first, rest)));
                out.copy(&rest);
            }
        })
    }

    /// `Z = exp(U)` where U has no constant term, by `Z' = ZU'`
    fn exp<T: Coefficient>(self, u: Series<T>) -> Series<T> {
        self.fixed_point(|z| self.integrate(rat(1, 1), self.mul(z, self.differentiate(u))))
    }

    /// `U(V)` where V has no constant term, by `(a + xU)(xV) = a + xV U(xV)`
    fn substitute<T: Coefficient>(self, u: Series<T>, v: Series<T>) -> Series<T> {
        self.series(move |out| {
            let [v, vv] = self.split(v);
            if !out.wanted() || !u.get().is_some_and(|c| out.give(c)) {
                return;
            }
            if v.get().is_some() {
                out.copy(&self.mul(v, self.substitute(u, vv)));
            }
        })
    }

    /// `U(cx^n)`
    fn substitute_monomial<T: Coefficient>(self, u: Series<T>, c: Rat, n: usize) -> Series<T> {
        self.series(move |out| {
            let mut power = rat(1, 1);
            while out.wanted() && u.get().is_some_and(|a| out.give(a * power)) {
                power = power * c;
                if !(1..n).all(|_| out.put(rat(0, 1))) {
                    return;
                }
            }
        })
    }

    /// `Z` with `U(Z) = x` where U has no constant term, by `xU(Z) Z = x`: `Z = x/U(Z)`
    fn revert<T: Coefficient>(self, u: Series<T>) -> Series<T> {
        self.series(move |out| {
            if !out.wanted() || u.get().is_none() || !out.give(rat(0, 1)) {
                return;
            }
            let rest =
                self.fixed_point(|z| self.reciprocal(self.substitute(u, self.shift(rat(0, 1), z))));
            out.copy(&rest);
        })
    }

    /// `atan(x) = x - x³/3 + x⁵/5 - ...`
    fn atan<T: Coefficient>(self, ones: Series<T>) -> Series<T> {
        self.integrate(rat(0, 1), self.substitute_monomial(ones, rat(-1, 1), 2))
    }
}

/// The series that `build` makes begins with these coefficients, and all its threads end.
#[track_caller]
fn check<T: Coefficient>(
    build: impl FnOnce(Net<'_, '_>) -> Series<T>,
    expected: impl IntoIterator<Item = (i128, i128)>,
) {
    let quit = make(0);
    thread::scope(|scope| {
        let series = build(Net { scope, quit: &quit });
        for (i, (num, den)) in expected.into_iter().enumerate() {
            assert_eq!(series.get(), Some(rat(num, den)), "coefficient {i}");
        }
        quit.close();
    });
}

/// What both of Go's programs check, and series that end.
fn all<T: Coefficient>() {
    let _dog = watchdog(120);
    let whole = |n: i128| [(n, 1); 10];
    let one = rat(1, 1);
    check::<T>(|net| net.repeat(one), whole(1));
    check::<T>(|net| net.add(net.repeat(one), net.repeat(one)), whole(2));
    check::<T>(|net| net.add(net.repeat(one), net.repeat(rat(2, 1))), whole(3));
    check::<T>(|net| net.sub(net.repeat(one), net.repeat(rat(2, 1))), whole(-1));
    check::<T>(|net| net.scale(-one, net.repeat(rat(2, 1))), whole(-2));
    check::<T>(|net| net.differentiate(net.repeat(one)), (1..=10).map(|n| (n, 1)));
    let fractions = (1..10).map(|n| (1, n));
    check::<T>(
        |net| net.integrate(rat(0, 1), net.repeat(one)),
        [(0, 1)].into_iter().chain(fractions),
    );
    check::<T>(|net| net.mul(net.repeat(one), net.repeat(one)), (1..=10).map(|n| (n, 1)));
    let exp = [
        (1, 1),
        (1, 1),
        (3, 2),
        (13, 6),
        (73, 24),
        (167, 40),
        (4051, 720),
        (37633, 5040),
        (43817, 4480),
        (4596553, 362880),
    ];
    check::<T>(|net| net.exp(net.shift(rat(0, 1), net.repeat(one))), exp);
    let factorials = (0..10).scan(1, |f, n| {
        *f *= n.max(1);
        Some((1, *f))
    });
    check::<T>(|net| net.exp(net.polynomial(&[0, 1])), factorials);
    check::<T>(|net| net.reciprocal(net.polynomial(&[1, -1])), whole(1));
    check::<T>(|net| net.binomial(rat(3, 1)), [(1, 1), (3, 1), (3, 1), (1, 1)]);
    check::<T>(|net| net.binomial(rat(1, 2)), [(1, 1), (1, 2), (-1, 8), (1, 16), (-5, 128)]);
    let atan = [(0, 1), (1, 1), (0, 1), (-1, 3), (0, 1), (1, 5), (0, 1), (-1, 7), (0, 1), (1, 9)];
    check::<T>(|net| net.atan(net.repeat(one)), atan);
    let tan =
        [(0, 1), (1, 1), (0, 1), (1, 3), (0, 1), (2, 15), (0, 1), (17, 315), (0, 1), (62, 2835)];
    check::<T>(|net| net.revert(net.atan(net.repeat(one))), tan);
    check::<T>(
        |net| net.substitute(net.polynomial(&[1, 2, 3]), net.polynomial(&[0, 1, 1])),
        [(1, 1), (2, 1), (5, 1), (6, 1), (3, 1)],
    );
}

/// Coefficients travel by value (powser2.go).
#[test]
fn power_series_of_values() {
    all::<Rat>();
}

/// Coefficients travel behind pointers (powser1.go).
#[test]
fn power_series_of_pointers() {
    all::<Box<Rat>>();
}

/// A finite series ends, whatever is done with it, and stays ended.
#[test]
fn finite_series_end() {
    let _dog = watchdog(60);
    let quit = make(0);
    thread::scope(|scope| {
        let net = Net { scope, quit: &quit };
        let short = || net.polynomial::<Rat>(&[1, 2]);
        let series =
            [net.add(short(), net.polynomial(&[1])), net.scale(rat(1, 1), short()), short()];
        let [first, second] = net.split(net.shift(rat(5, 1), short()));
        for (series, length) in series.into_iter().map(|u| (u, 2)).chain([(first, 3), (second, 3)])
        {
            assert_eq!(std::iter::from_fn(|| series.get()).count(), length);
            assert_eq!((series.get(), series.get()), (None, None));
        }
    });
}
