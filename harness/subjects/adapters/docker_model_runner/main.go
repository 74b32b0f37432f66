// Docker Model Runner: `docker model pull hf.co/owner/name`. The command's own client asks the daemon's own handler, both in this process.
//
// Its store is addressed by content, and a runtime is given a bundle, which is a directory of hard links into the store. Where layout
// `hubapi` has a model lies a link to its bundle, which the adapter makes at the end.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
)

const module = "github.com/docker/model-runner"

type message struct {
	Type      string
	Id        int
	Operation string
	Root      string
	Request   struct {
		Repository string
		Token      string
	}
}

var (
	mutex   sync.Mutex
	output  = json.NewEncoder(os.Stdout)
	cancels = map[int]context.CancelFunc{}
)

func send(line map[string]any) {
	mutex.Lock()
	defer mutex.Unlock()
	output.Encode(line)
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
}

func failure(ctx context.Context, err error) map[string]any {
	text := strings.SplitN(strings.TrimSpace(err.Error()), "\n", 2)[0]
	if len(text) > 1000 {
		text = text[:1000]
	}
	if ctx.Err() != nil {
		return map[string]any{"kind": "cancelled", "message": text}
	}
	return map[string]any{"kind": kindOf(err.Error()), "message": text}
}

func perform(ctx context.Context, m message) {
	result := map[string]any{"type": "result", "id": m.Id}
	progress := func(done, total uint64) {
		send(map[string]any{"type": "event", "id": m.Id, "event": "progress", "bytesDone": done, "bytesTotal": total})
	}
	directory, err := download(ctx, m, progress)
	var why skipped
	switch {
	case errors.As(err, &why):
		result["skipped"] = why.why
	case err != nil:
		result["error"] = failure(ctx, err)
	default:
		result["ok"] = map[string]any{"directory": directory}
	}
	send(result)
}

func main() {
	// The store prints its warnings.
	os.Stdout = os.Stderr
	if err := sendToEndpoint(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var running sync.WaitGroup
	for lines.Scan() {
		var m message
		if json.Unmarshal(lines.Bytes(), &m) != nil {
			continue
		}
		switch m.Type {
		case "hello":
			send(map[string]any{"type": "hello", "id": 0, "protocol": 1, "name": "docker-model-runner", "version": version(),
				"roles": []string{"downloader"}, "operations": []string{"download"},
				"capabilities": []string{"token", "progress", "cancel"}, "layouts": []string{"hubapi"},
				"profiles": []string{"core"}})
		case "cancel":
			if cancel := cancels[m.Id]; cancel != nil {
				cancel()
			}
		case "operation":
			ctx, cancel := context.WithCancel(context.Background())
			cancels[m.Id] = cancel
			running.Go(func() { perform(ctx, m) })
		}
	}
	running.Wait()
}
