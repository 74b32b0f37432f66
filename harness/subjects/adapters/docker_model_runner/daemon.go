package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/docker/model-runner/pkg/distribution/distribution"
	"github.com/docker/model-runner/pkg/inference/models"
)

// The part of Docker Model Runner's daemon that pulls models, with a store of its own. The command reaches it through pipes in this process.
type daemon struct {
	store   string
	manager *models.Manager
	pipes   chan net.Conn
	working sync.WaitGroup
}

var (
	daemonsMutex sync.Mutex
	daemons      = map[string]*daemon{}
	logger       = slog.New(slog.NewTextHandler(os.Stderr, nil))
)

func daemonOf(root string) (*daemon, error) {
	daemonsMutex.Lock()
	defer daemonsMutex.Unlock()
	store := filepath.Join(root, "docker-model-runner")
	if found := daemons[store]; found != nil {
		return found, nil
	}
	// A daemon that cannot open its store says so in its log alone.
	if _, err := distribution.NewClient(distribution.WithStoreRootPath(store), distribution.WithLogger(logger)); err != nil {
		return nil, err
	}
	made := &daemon{
		store:   store,
		manager: models.NewManager(logger, models.ClientConfig{StoreRootPath: store, Logger: logger, Transport: http.DefaultTransport}),
		pipes:   make(chan net.Conn),
	}
	handler := models.NewHTTPHandler(logger, made.manager, nil)
	go http.Serve(made, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made.working.Add(1)
		defer made.working.Done()
		handler.ServeHTTP(w, r)
	}))
	daemons[store] = made
	return made, nil
}

func (d *daemon) Accept() (net.Conn, error) { return <-d.pipes, nil }
func (d *daemon) Close() error              { return nil }
func (d *daemon) Addr() net.Addr            { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// A client whose connections end at the daemon.
func (d *daemon) client() *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case d.pipes <- far:
			return near, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}
