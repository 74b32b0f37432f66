package main

import "strings"

// What the command and the daemon say of a failure is a text; an error of the daemon that has a type is in it by its name.
var kinds = [][2]string{
	{"find model content", "internal"},
	{"(status 403)", "gated"},
	{"(status 401)", "unauthorized"},
	{"Unauthorized", "unauthorized"},
	{"Model not found", "repository-not-found"},
	{"model not found", "repository-not-found"},
	{"\" not found", "repository-not-found"},
	{"rate limited while", "rate-limited"},
	{"unexpected status 451", "withheld"},
	{"unexpected status 407", "proxy"},
	{"unexpected status 5", "hub-unavailable"},
	{"no model weight files", "repository-incomplete"},
	{"no weight files", "repository-incomplete"},
	{"no files found", "repository-incomplete"},
	{"invalid file path", "unsafe-path"},
	{"Invalid model reference", "invalid-argument"},
	{"invalid tag", "invalid-argument"},
	{"no space left", "disk-full"},
	{"disk quota", "disk-full"},
	{"file too large", "disk-full"},
	{"permission denied", "access-denied"},
	{"read-only file system", "access-denied"},
	{"not a directory", "access-denied"},
	{"is a directory", "access-denied"},
	{"file name too long", "path-too-long"},
	{"input/output error", "disk-io"},
	{"blob digest mismatch", "integrity"},
	{"x509:", "certificate"},
	{"tls: failed to verify", "certificate"},
	{"Proxy Authentication", "proxy"},
	{"proxyconnect", "proxy"},
	{"redirects", "limit-exceeded"},
	{"headers exceeded", "limit-exceeded"},
	{"does not look like a TLS", "not-a-hub"},
	{"gave HTTP response to HTTPS", "not-a-hub"},
	{"malformed HTTP", "not-a-hub"},
	{"dial tcp", "network"},
	{"EOF", "network"},
	{"connection re", "network"},
	{"broken pipe", "network"},
	{"timeout", "timeout"},
	{"deadline exceeded", "timeout"},
	{"decode response", "not-a-hub"},
}

func kindOf(text string) string {
	for _, pair := range kinds {
		if strings.Contains(text, pair[0]) {
			return pair[1]
		}
	}
	return "internal"
}
