package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/docker/model-runner/cmd/cli/desktop"
	"github.com/docker/model-runner/cmd/cli/pkg/types"
	"github.com/docker/model-runner/pkg/distribution/oci"
)

var links atomic.Int64

// What the adapter cannot show.
type skipped struct{ why string }

func (s skipped) Error() string { return s.why }

// The command has its token from the environment alone, and reads it before its first request.
var tokenMutex sync.Mutex

// `docker model pull`: the command's own retries, and below them the daemon.
type pull struct {
	context  context.Context
	client   *http.Client
	progress func(done, total uint64)
	asked    func()
	// What the daemon's last answer has besides progress.
	said string
}

func (p *pull) Do(request *http.Request) (*http.Response, error) {
	p.asked()
	p.said = ""
	response, err := p.client.Do(request.WithContext(p.context))
	if err != nil {
		return nil, err
	}
	body := response.Body
	near, far := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.read(near)
	}()
	response.Body = &heard{io.TeeReader(body, far), func() error {
		far.Close()
		<-done
		return body.Close()
	}}
	return response, nil
}

type heard struct {
	io.Reader
	close func() error
}

func (h *heard) Close() error { return h.close() }

// Reads the progress of a download as the command sums it.
func (p *pull) read(answer io.Reader) {
	done := map[string]uint64{}
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var message oci.ProgressMessage
		if json.Unmarshal([]byte(html.UnescapeString(lines.Text())), &message) != nil {
			p.said += lines.Text()
		} else if message.Type == oci.TypeProgress && message.Layer.ID != "" {
			done[message.Layer.ID] = message.Layer.Current
			var sum uint64
			for _, bytes := range done {
				sum += bytes
			}
			p.progress(sum, message.Total)
		}
	}
	io.Copy(io.Discard, answer)
}

func download(ctx context.Context, m message, progress func(done, total uint64)) (string, error) {
	repository := m.Request.Repository
	place := filepath.Join(m.Root, "models", filepath.FromSlash(repository))
	isLocal := filepath.IsLocal(filepath.FromSlash(repository))
	if info, err := os.Lstat(place); isLocal && err == nil && info.Mode()&os.ModeSymlink == 0 {
		return "", skipped{"it has a store of its own, and takes nothing over from what lies at the place of a model"}
	}
	daemon, err := daemonOf(m.Root)
	if err != nil {
		return "", err
	}
	reference := "hf.co/" + repository
	if err := run(ctx, daemon, reference, m.Request.Token, progress); err != nil {
		return "", err
	}
	bundle, err := daemon.manager.GetBundle(reference)
	if err != nil {
		return "", err
	}
	if !isLocal {
		return "", fmt.Errorf("%q is no place below a root", repository)
	}
	return place, link(filepath.Join(bundle.RootDir(), "model"), place, daemon.store)
}

func run(ctx context.Context, daemon *daemon, reference, token string, progress func(done, total uint64)) error {
	tokenMutex.Lock()
	before := os.Getenv("HF_TOKEN")
	if token != "" {
		os.Setenv("HF_TOKEN", token)
	}
	asked := sync.OnceFunc(func() {
		os.Setenv("HF_TOKEN", before)
		tokenMutex.Unlock()
	})
	client := &pull{context: ctx, client: daemon.client(), progress: progress, asked: asked}
	runner, err := desktop.NewContextForTest("http://localhost", client, types.ModelRunnerEngineKindMoby)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		message, _, err := desktop.New(runner).Pull(reference, printer{})
		asked()
		// The command ends as if all were well where the daemon's answer has neither an error nor a success.
		if err == nil && message == "" {
			err = errors.New(client.said)
		}
		ended <- err
	}()
	select {
	case err = <-ended:
	case <-ctx.Done():
		// A pause of the command's ends with its process.
		err = ctx.Err()
	}
	daemon.working.Wait()
	return err
}

// The bundle that a runtime is given, at the place where this suite looks for a model. The link is made in the store, and then moved.
func link(bundle, place, store string) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(place), bundle)
	if err != nil {
		return err
	}
	if before, err := os.Readlink(place); err == nil && before == target {
		return nil
	}
	half := filepath.Join(store, fmt.Sprintf("link-%d-%d", os.Getpid(), links.Add(1)))
	os.Remove(half)
	if err := os.Symlink(target, half); err != nil {
		return err
	}
	return os.Rename(half, place)
}

// The command's screen, which is not a terminal.
type printer struct{}

func (printer) Printf(format string, words ...any)    { fmt.Fprintf(os.Stderr, format, words...) }
func (printer) PrintErrf(format string, words ...any) { fmt.Fprintf(os.Stderr, format, words...) }
func (printer) Println(words ...any) {
	if text := fmt.Sprintln(words...); !strings.HasPrefix(text, "Downloaded") {
		os.Stderr.WriteString(text)
	}
}
func (printer) Write(text []byte) (int, error) { return os.Stderr.Write(text) }
func (printer) GetFdInfo() (uintptr, bool)     { return 0, false }
