package apptest

import (
	"crypto/rand"
	"encoding/binary"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Seeds gives the seeds of a random test: n new ones each run, said when the test fails,
// or those of QUEQIAO_TEST_SEEDS ("7,12"), to repeat a failure or to try many.
func Seeds(t testing.TB, n int) []uint64 {
	t.Helper()
	fresh := make([]uint64, n)
	for i := range fresh {
		var short [4]byte
		_, _ = rand.Read(short[:]) // never fails
		fresh[i] = uint64(binary.LittleEndian.Uint32(short[:]))
	}
	return SeedsOr(t, fresh...)
}

// SeedsOr gives the seeds of QUEQIAO_TEST_SEEDS, else these.
func SeedsOr(t testing.TB, seeds ...uint64) []uint64 {
	t.Helper()
	if asked := os.Getenv("QUEQIAO_TEST_SEEDS"); asked != "" {
		seeds = nil
		for text := range strings.SplitSeq(asked, ",") {
			seed, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatalf("QUEQIAO_TEST_SEEDS: %v", err)
			}
			seeds = append(seeds, seed)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			texts := make([]string, len(seeds))
			for i, seed := range seeds {
				texts[i] = strconv.FormatUint(seed, 10)
			}
			t.Logf("again with QUEQIAO_TEST_SEEDS=%s", strings.Join(texts, ","))
		}
	})
	return seeds
}
