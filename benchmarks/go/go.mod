module gochan/benchmarks

// Timers are Go 1.23's.
go 1.23
