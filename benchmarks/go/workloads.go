package main

import (
	"sync"
	"time"
)

// What the compiler must not see through.
var sink uint64

const batch = 100

func share(units, parts, i int) int {
	n := units / parts
	if i < units%parts {
		n++
	}
	return n
}

func transfer(t task, senders, receivers int) sample {
	c := make(chan uint64, t.capacity)
	var sending, receiving []func()
	for i := 0; i < senders; i++ {
		sending = append(sending, send(c, share(t.units, senders, i)))
	}
	for i := 0; i < receivers; i++ {
		n := share(t.units, receivers, i)
		receiving = append(receiving, func() {
			sum := uint64(0)
			for i := 0; i < n; i++ {
				sum += <-c
			}
		})
	}
	return race(t, sending, receiving)
}

func send(c chan<- uint64, n int) func() {
	return func() {
		for i := 0; i < n; i++ {
			c <- uint64(i)
		}
	}
}

func pingPong(t task) sample {
	ping, pong := make(chan uint64, t.capacity), make(chan uint64, t.capacity)
	echo := func() {
		for i := 0; i < t.units; i++ {
			pong <- <-ping
		}
	}
	ask := func() {
		for i := 0; i < t.units; i++ {
			ping <- uint64(i)
			sink = <-pong
		}
	}
	return race(t, []func(){echo}, []func(){ask})
}

func selectFour(t task) sample {
	var cs [4]chan uint64
	var senders []func()
	for i := range cs {
		cs[i] = make(chan uint64, t.capacity)
		senders = append(senders, send(cs[i], share(t.units, len(cs), i)))
	}
	a, b, c, d := cs[0], cs[1], cs[2], cs[3]
	receive := func() {
		for i := 0; i < t.units; i++ {
			select {
			case sink = <-a:
			case sink = <-b:
			case sink = <-c:
			case sink = <-d:
			}
		}
	}
	return race(t, senders, []func(){receive})
}

// Runs a job of one goroutine, which tells how long what counts took.
func alone(units int, job func() time.Duration) sample {
	before := used()
	elapsed := job()
	return sample{units, elapsed, before.since()}
}

func sameThread(t task) sample {
	batches := (t.units + batch - 1) / batch
	c := make(chan uint64, t.capacity)
	return alone(batches*batch, func() time.Duration {
		start := time.Now()
		for range batches {
			for i := range batch {
				c <- uint64(i)
			}
			for range batch {
				sink = <-c
			}
		}
		return time.Since(start)
	})
}

// Where the escape analysis cannot follow: a channel is on the heap.
var kept chan uint64

func makeOne(t task) sample {
	return alone(t.units, func() time.Duration {
		start := time.Now()
		for i := range t.units {
			c := make(chan uint64, t.capacity)
			kept = c
			c <- uint64(i)
			sink = <-c
		}
		return time.Since(start)
	})
}

// Fills a channel, and takes the time of emptying it.
func inBatches(t task, c chan<- uint64, takeOne func()) sample {
	batches := (t.units + batch - 1) / batch
	return alone(batches*batch, func() (elapsed time.Duration) {
		for range batches {
			for i := range batch {
				c <- uint64(i)
			}
			start := time.Now()
			for range batch {
				takeOne()
			}
			elapsed += time.Since(start)
		}
		return elapsed
	})
}

func selectReady(t task) sample {
	empty, full := make(chan uint64, t.capacity), make(chan uint64, t.capacity)
	return inBatches(t, full, func() {
		select {
		case sink = <-empty:
		case sink = <-full:
		}
	})
}

func selectDefault(t task) sample {
	a, b := make(chan uint64, t.capacity), make(chan uint64, t.capacity)
	return alone(t.units, func() time.Duration {
		start := time.Now()
		for range t.units {
			select {
			case sink = <-a:
			case sink = <-b:
			default:
			}
		}
		return time.Since(start)
	})
}

func after(t task) sample {
	c := make(chan uint64, t.capacity)
	return inBatches(t, c, func() {
		select {
		case sink = <-c:
		case <-time.After(10 * time.Second):
		}
	})
}

func closeAll(t task) sample {
	rounds := max(1, t.units/t.threads)
	sum := sample{units: rounds * t.threads}
	for range rounds {
		s := closeOnce(t)
		sum.elapsed += s.elapsed
		sum.usage.cpu += s.usage.cpu
		sum.usage.switches += s.usage.switches
	}
	return sum
}

func closeOnce(t task) sample {
	c := make(chan uint64, t.capacity)
	ends := make([]time.Time, t.threads)
	var done sync.WaitGroup
	for i := range ends {
		done.Add(1)
		go func() {
			for range c {
			}
			ends[i] = time.Now()
			done.Done()
		}()
	}
	waitUntilQuiet()
	before, start := used(), time.Now()
	close(c)
	elapsed := time.Since(start)
	done.Wait()
	if t.workload == "close-woken" {
		for _, end := range ends {
			elapsed = max(elapsed, end.Sub(start))
		}
	}
	return sample{t.threads, elapsed, before.since()}
}
