// Go's own channels, for the table of ../src: reads tasks, one a line, and prints what each took.
//
//	in   workload capacity threads units
//	out  units, nanoseconds, CPU nanoseconds, voluntary context switches
//
// The process stays alive between tasks, so that Go takes its turn in every round like a library. Each
// workload does what the one of the same name in ../src/workloads does.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

type task struct {
	workload string
	capacity int
	threads  int
	units    int
}

type sample struct {
	units   int
	elapsed time.Duration
	usage   usage
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var t task
		if _, err := fmt.Sscan(in.Text(), &t.workload, &t.capacity, &t.threads, &t.units); err != nil {
			fmt.Fprintln(os.Stderr, "not a task:", in.Text())
			os.Exit(1)
		}
		s := run(t)
		fmt.Println(s.units, s.elapsed.Nanoseconds(), s.usage.cpu.Nanoseconds(), s.usage.switches)
	}
}

func run(t task) sample {
	switch t.workload {
	case "spsc":
		return transfer(t, 1, 1)
	case "mpsc":
		return transfer(t, t.threads, 1)
	case "spmc":
		return transfer(t, 1, t.threads)
	case "mpmc":
		return transfer(t, t.threads, t.threads)
	case "ping-pong":
		return pingPong(t)
	case "same-thread":
		return sameThread(t)
	case "make":
		return makeOne(t)
	case "select-4":
		return selectFour(t)
	case "select-2-ready":
		return selectReady(t)
	case "select-2-default":
		return selectDefault(t)
	case "after-ready":
		return after(t)
	case "close-call", "close-woken":
		return closeAll(t)
	}
	fmt.Fprintln(os.Stderr, "no such workload:", t.workload)
	os.Exit(1)
	return sample{}
}

// What this process has used of the machine.
type usage struct {
	cpu      time.Duration
	switches int64
}

func used() usage {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return usage{time.Duration(u.Utime.Nano() + u.Stime.Nano()), int64(u.Nvcsw)}
}

func (before usage) since() usage {
	now := used()
	return usage{now.cpu - before.cpu, now.switches - before.switches}
}

// Returns when all other goroutines are asleep, as far as the CPU time tells.
func waitUntilQuiet() {
	for i := 0; i < 400; i++ {
		before := used()
		time.Sleep(5 * time.Millisecond)
		if before.since().cpu < 150*time.Microsecond {
			return
		}
	}
}

// Runs every job on its own goroutine: from the first that starts to the last receiver's end.
func race(t task, senders, receivers []func()) sample {
	before := used()
	all := append(append([]func(){}, senders...), receivers...)
	starts, ends := make([]time.Time, len(all)), make([]time.Time, len(all))
	gate := make(chan struct{})
	var ready, done sync.WaitGroup
	for i, job := range all {
		ready.Add(1)
		done.Add(1)
		go func() {
			ready.Done()
			<-gate
			starts[i] = time.Now()
			job()
			ends[i] = time.Now()
			done.Done()
		}()
	}
	ready.Wait()
	close(gate)
	done.Wait()
	first, last := starts[0], ends[len(all)-1]
	for _, start := range starts {
		if start.Before(first) {
			first = start
		}
	}
	for _, end := range ends[len(senders):] {
		if end.After(last) {
			last = end
		}
	}
	return sample{t.units, last.Sub(first), before.since()}
}
