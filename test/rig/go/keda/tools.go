//go:build tools

// Holds KEDA's own commands in go.mod; they are built from their module as they are.
package main

import (
	_ "github.com/kedacore/keda/v2/cmd/adapter"
	_ "github.com/kedacore/keda/v2/cmd/operator"
)
