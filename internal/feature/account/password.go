package account

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// hasher makes and checks password hashes (argon2id, 19 MiB, two passes, one thread:
// OWASP's choice, about 35 ms). Each costs its memory, so only a few run at a time.
type hasher struct {
	params argon2id.Params
	slots  chan struct{}
	// decoy is checked when nobody has the name, so that the answer takes as long.
	decoy string
}

func newHasher() *hasher {
	return &hasher{
		params: argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		slots:  make(chan struct{}, 4),
		// A hash of those parameters that belongs to no password: its key is all zeroes.
		decoy: "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	}
}

func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, &h.params)
}

// matches compares a password with a hash; an empty hash stands for "no such account"
// and takes as long as a wrong password.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("account: compare password: %w", err)
	}
	return match && known, nil
}
