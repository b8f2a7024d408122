//go:build tools

// Holds Prometheus' own command in go.mod; it is built from its module as it is.
package main

import _ "github.com/prometheus/prometheus/cmd/prometheus"
