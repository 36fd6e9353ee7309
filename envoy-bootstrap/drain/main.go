// windlass-drain ends the work of an Envoy before it is stopped: what a pod's preStop hook runs. It asks over Envoy's admin socket that readiness
// fails and that clients are told to go, waits until nobody sends any more, then until the last connection has ended.
//
// It is a static binary because the image of Envoy has no shell.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// How often connections are counted.
const poll = 250 * time.Millisecond

// How long one question to Envoy may take.
const patience = 5 * time.Second

// The name of the listener that serves readiness and metrics, in statistics.
const readinessListener = "windlass-readiness"

func main() {
	socket := flag.String("admin", "/run/windlass/admin.sock", "unix socket of Envoy's admin interface")
	metricsPort := flag.Int("metrics-port", 19001, "port of readiness and metrics: its connections are not waited for")
	least := flag.Duration("min", 10*time.Second, "serve on for this long, so that nobody sends any more")
	most := flag.Duration("max", 60*time.Second, "end after this long, even with connections left")
	flag.Parse()
	envoy := newAdmin(*socket)
	if err := drain(envoy, *metricsPort, *least, *most); err != nil {
		fmt.Fprintf(os.Stderr, "windlass-drain: %v\n", err)
		os.Exit(1)
	}
}

func drain(envoy admin, metricsPort int, least, most time.Duration) error {
	start := time.Now()
	// Readiness fails, so that endpoints are removed; answers say `connection: close`, HTTP/2 connections get GOAWAY. New connections are still served:
	// some will come until everybody knows.
	if _, err := envoy.ask(http.MethodPost, "/healthcheck/fail"); err != nil {
		return err
	}
	time.Sleep(min(least, most))
	for time.Since(start) < most {
		stats, err := envoy.ask(http.MethodGet, `/stats?filter=^listener\..*\.downstream_cx_active$`)
		if err != nil {
			return err
		}
		if connections(stats, metricsPort) == 0 {
			return nil
		}
		time.Sleep(min(poll, most-time.Since(start)))
	}
	return nil
}

// connections counts those of clients in Envoy's statistics, lines of `listener.<address or prefix>.downstream_cx_active: <n>`. Of the same connections
// each worker has a line of its own.
func connections(stats string, metricsPort int) int {
	ofMetrics := "_" + strconv.Itoa(metricsPort)
	sum := 0
	for _, line := range strings.Split(stats, "\n") {
		name, value, isStat := strings.Cut(strings.TrimSpace(line), ": ")
		listener := strings.TrimSuffix(strings.TrimPrefix(name, "listener."), ".downstream_cx_active")
		if !isStat || listener == "admin" || listener == readinessListener {
			continue
		}
		if strings.HasSuffix(listener, ofMetrics) || strings.Contains(listener, ".worker_") || strings.HasPrefix(listener, "admin.") {
			continue
		}
		if active, err := strconv.Atoi(value); err == nil {
			sum += active
		}
	}
	return sum
}

type admin struct{ client *http.Client }

func newAdmin(socket string) admin {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return admin{&http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dial}}}
}

func (envoy admin) ask(method, path string) (string, error) {
	request, err := http.NewRequest(method, "http://admin"+path, nil)
	if err != nil {
		return "", err
	}
	response, err := envoy.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return string(body), err
}
