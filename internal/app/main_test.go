package app_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain finds what a stopped program leaves running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
