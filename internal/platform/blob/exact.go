package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// exactly reads r and fails when it does not give size bytes (any number for -1), or
// when ctx ends.
func exactly(ctx context.Context, r io.Reader, size int64) io.Reader {
	return &exact{ctx: ctx, r: r, left: size, sized: size >= 0}
}

// errMore says that a reader did not end where it was to.
var errMore = errors.New("more bytes than announced")

type exact struct {
	ctx   context.Context
	r     io.Reader
	left  int64
	sized bool
}

// Read holds back the last bytes until it is certain that they are the last: whoever
// sends a known length stops reading there and would never learn of more.
func (e *exact) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	if !e.sized || len(p) == 0 {
		return e.r.Read(p)
	}
	n, err := 0, error(nil)
	if e.left > 0 {
		n, err = e.r.Read(p[:min(int64(len(p)), e.left)])
		e.left -= int64(n)
	}
	if e.left > 0 {
		if errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("%d bytes too few", e.left)
		}
		return n, err
	}
	if err == nil {
		_, err = io.ReadFull(e.r, make([]byte, 1))
		if err == nil {
			return 0, errMore
		}
	}
	return n, err
}
