package blob

import (
	"context"
	"fmt"
	"io"
)

// exactly reads r and fails when it does not give size bytes (any number for -1), or
// when ctx ends.
func exactly(ctx context.Context, r io.Reader, size int64) io.Reader {
	return &exact{ctx: ctx, r: r, want: size}
}

type exact struct {
	ctx  context.Context
	r    io.Reader
	got  int64
	want int64
}

func (e *exact) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := e.r.Read(p)
	e.got += int64(n)
	if e.want >= 0 && (e.got > e.want || err == io.EOF && e.got < e.want) {
		return n, fmt.Errorf("got %d bytes, want %d", e.got, e.want)
	}
	return n, err
}
