//go:build tools

// kwok is built by itself: its `version` flag collides with the one of component-base.
package main

import _ "sigs.k8s.io/kwok/cmd/kwok"
