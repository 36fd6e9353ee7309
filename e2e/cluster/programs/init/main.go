// The first process of a PID namespace. It waits for a byte on standard input, by which whoever made the namespace says that it has written down where to
// find it, starts what its arguments say, reaps whatever is left to it, and ends with its child: then the kernel ends everything else in the namespace.
// Without arguments it only reaps, which is all that the sandbox of a pod needs.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGTERM, syscall.SIGINT)
	child := start(os.Args[1:])
	for received := range signals {
		switch received {
		case syscall.SIGCHLD:
			if reap(child) {
				os.Exit(1)
			}
		case syscall.SIGTERM, syscall.SIGINT:
			os.Exit(0)
		}
	}
}

// start returns the process's id, and 0 when there is nothing to start.
func start(arguments []string) int {
	if len(arguments) == 0 {
		return 0
	}
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
		os.Exit(2)
	}
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return command.Process.Pid
}

// reap takes leave of all that have ended, and tells whether the child was among them.
func reap(child int) bool {
	childEnded := false
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if pid <= 0 || err != nil {
			return childEnded
		}
		childEnded = childEnded || pid == child
	}
}
