// github.com/gomlx/go-huggingface: every file of the repository into the hub's cache.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/gomlx/go-huggingface/hub"
)

type message struct {
	Type      string
	Id        int
	Operation string
	Root      string
	Request   struct {
		Repository string
		Revision   string
		Token      string
	}
}

var (
	mutex   sync.Mutex
	output  = json.NewEncoder(os.Stdout)
	running = map[int]chan struct{}{}
)

// An operation has one result: the package cannot be stopped, so an operation that was given up sends nothing more.
func conclude(id int, result map[string]any) {
	mutex.Lock()
	defer mutex.Unlock()
	if ended, ok := running[id]; ok {
		delete(running, id)
		result["type"], result["id"] = "result", id
		output.Encode(result)
		close(ended)
	}
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/gomlx/go-huggingface" {
			return module.Version
		}
	}
	return "unknown"
}

func download(m message) (string, error) {
	token := m.Request.Token
	if token == "" {
		token = os.Getenv("HF_TOKEN")
	}
	repo := hub.New(m.Request.Repository).WithAuth(token).WithProgressBar(false)
	// Where the environment names a cache, it is the client's to find it.
	if os.Getenv("HF_HUB_CACHE")+os.Getenv("HUGGINGFACE_HUB_CACHE")+os.Getenv("HF_HOME") == "" {
		repo = repo.WithCacheDir(m.Root)
	}
	if m.Request.Revision != "" {
		repo = repo.WithRevision(m.Request.Revision)
	}
	repo.Verbosity = 0
	var names []string
	for name, err := range repo.IterFileNames() {
		if err != nil {
			return "", err
		}
		names = append(names, name)
	}
	places, err := repo.DownloadFiles(names...)
	if err != nil || len(places) == 0 {
		return "", err
	}
	return strings.TrimSuffix(places[0], string(filepath.Separator)+filepath.FromSlash(names[0])), nil
}

// The package names no causes: what a message says of the status is all there is.
func kindOf(err error) string {
	text := err.Error()
	for _, pair := range [][2]string{{"\"401 ", "unauthorized"}, {"\"403 ", "gated"}, {"\"404 ", "repository-not-found"},
		{"\"429 ", "rate-limited"}, {"status code 401", "unauthorized"}, {"status code 403", "gated"},
		{"status code 404", "repository-not-found"}, {"status code 429", "rate-limited"}, {"status code 5", "hub-unavailable"},
		{"dial tcp", "network"}, {"EOF", "network"}, {"reset", "network"}, {"no space", "disk-full"},
		{"permission", "access-denied"}, {"read-only file system", "access-denied"}, {"file too large", "disk-full"}} {
		if strings.Contains(text, pair[0]) {
			return pair[1]
		}
	}
	return "internal"
}

func perform(m message) {
	directory, err := download(m)
	if err != nil {
		failure := map[string]any{"kind": kindOf(err), "message": strings.SplitN(err.Error(), "\n", 2)[0]}
		conclude(m.Id, map[string]any{"error": failure})
		return
	}
	conclude(m.Id, map[string]any{"ok": map[string]any{"directory": directory}})
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var ends []chan struct{}
	for lines.Scan() {
		var m message
		if json.Unmarshal(lines.Bytes(), &m) != nil {
			continue
		}
		switch m.Type {
		case "hello":
			output.Encode(map[string]any{"type": "hello", "id": 0, "protocol": 1, "name": "go-huggingface",
				"version": version(), "roles": []string{"downloader"}, "operations": []string{"download"},
				"capabilities": []string{"revision", "token", "gives-up"}, "layouts": []string{"hf-cache"},
				"profiles": []string{"core", "interop"}})
		case "cancel":
			conclude(m.Id, map[string]any{"error": map[string]any{"kind": "cancelled", "message": "it was given up"}})
		case "operation":
			ended := make(chan struct{})
			mutex.Lock()
			running[m.Id] = ended
			mutex.Unlock()
			ends = append(ends, ended)
			go perform(m)
		}
	}
	for _, ended := range ends {
		<-ended
	}
}
