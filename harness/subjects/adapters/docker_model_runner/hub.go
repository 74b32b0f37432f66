package main

import (
	"net/http"
	"net/url"
	"os"
	"strings"
)

const hubHost = "huggingface.co"

// The client knows no other hub than huggingface.co: what it asks of that host is sent to the suite's hub, and what that hub says of its
// own addresses it says of huggingface.co.
type hubTransport struct {
	plain    http.RoundTripper
	endpoint *url.URL
}

func sendToEndpoint() error {
	endpoint, err := url.Parse(strings.TrimRight(os.Getenv("HF_ENDPOINT"), "/"))
	if err != nil || endpoint.Host == "" {
		return err
	}
	http.DefaultTransport = hubTransport{http.DefaultTransport, endpoint}
	return nil
}

func (t hubTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != hubHost {
		return t.plain.RoundTrip(request)
	}
	sent := request.Clone(request.Context())
	place := *request.URL
	place.Scheme, place.Host = t.endpoint.Scheme, t.endpoint.Host
	place.Path = t.endpoint.Path + request.URL.Path
	place.RawPath = t.endpoint.EscapedPath() + request.URL.EscapedPath()
	sent.URL, sent.Host = &place, t.endpoint.Host
	response, err := t.plain.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	if location := response.Header.Get("Location"); location != "" {
		response.Header.Set("Location", t.named(&place, location))
	}
	return response, nil
}

// An address as the client would read it where the suite's hub were huggingface.co.
func (t hubTransport) named(asked *url.URL, location string) string {
	target, err := asked.Parse(location)
	prefix := t.endpoint.EscapedPath()
	if err != nil || target.Scheme != t.endpoint.Scheme || target.Host != t.endpoint.Host ||
		!strings.HasPrefix(target.EscapedPath(), prefix+"/") {
		return location
	}
	named := url.URL{Scheme: "https", Host: hubHost}
	text := named.String() + strings.TrimPrefix(target.EscapedPath(), prefix)
	if target.RawQuery != "" {
		text += "?" + target.RawQuery
	}
	return text
}
