package corp

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const (
	// holderLife is how long a fetch may take before the others take its node for dead.
	holderLife = 30 * time.Second
	// holderPoll is how often those who wait look.
	holderPoll = 50 * time.Millisecond
)

// tokenStore is the wecom.TokenStore that all nodes share.
//
// The right to fetch is a name in the row. No time of another node is ever compared:
// whoever waits watches the name, and takes the right over when it has not changed for
// holderLife by the waiter's own clock.
type tokenStore struct {
	db      *db.DB
	secrets *secret.Box
	clock   clock.Clock // for the expiry of tokens
	// pace is the machine's clock: a wait for another node must pass in tests too.
	pace clock.Clock
	life time.Duration

	mu   sync.Mutex
	seen map[string]sighting
}

// sighting is when this node first saw a holder.
type sighting struct {
	holder string
	at     time.Time
}

func newTokenStore(d *db.DB, secrets *secret.Box, c clock.Clock) *tokenStore {
	return &tokenStore{db: d, secrets: secrets, clock: c, pace: clock.System(), life: holderLife, seen: map[string]sighting{}}
}

type tokenRow struct {
	Value     string `bun:"value"`
	ExpiresAt int64  `bun:"expires_at"`
	Holder    string `bun:"holder"`
}

// Get gives what is kept, a zero Token when there is nothing.
func (s *tokenStore) Get(ctx context.Context, key string) (wecom.Token, error) {
	row, err := s.row(ctx, s.db.Read(), key)
	if err != nil {
		return wecom.Token{}, err
	}
	return s.token(ctx, key, row), nil
}

func (s *tokenStore) row(ctx context.Context, q db.Querier, key string) (tokenRow, error) {
	var row tokenRow
	err := q.NewRaw(`SELECT value, expires_at, holder FROM corp_token WHERE name = ?`, key).Scan(ctx, &row)
	if db.NoRows(err) {
		return tokenRow{}, nil
	}
	return row, err
}

// token opens a row. One that cannot be opened (the key file was replaced) is as good as
// none: a new token is fetched.
func (s *tokenStore) token(ctx context.Context, key string, row tokenRow) wecom.Token {
	if row.Value == "" {
		return wecom.Token{}
	}
	plain, err := s.secrets.Open(ctx, row.Value, "corp_token/"+key)
	if err != nil {
		return wecom.Token{}
	}
	return wecom.Token{Value: string(plain), Expires: db.FromMS(row.ExpiresAt)}
}

// Refresh replaces a token that is no longer good; wecom.TokenStore says the rules.
func (s *tokenStore) Refresh(ctx context.Context, key, stale string, fetch func(context.Context) (wecom.Token, error)) (wecom.Token, error) {
	me := rand.Text()
	for {
		token, mine, err := s.take(ctx, key, stale, me)
		if err != nil {
			return wecom.Token{}, err
		}
		if mine {
			return s.fetch(ctx, key, me, fetch)
		}
		if token.Value != "" {
			return token, nil
		}
		if err := clock.Sleep(ctx, s.pace, holderPoll); err != nil {
			return wecom.Token{}, err
		}
	}
}

// take gives a token that somebody else has fetched meanwhile, or the right to fetch, or
// neither while another holds the right.
func (s *tokenStore) take(ctx context.Context, key, stale, me string) (token wecom.Token, mine bool, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		token, mine = wecom.Token{}, false
		if _, err := tx.NewRaw(`INSERT INTO corp_token (name, value, expires_at, holder) VALUES (?, '', 0, '')
			ON CONFLICT (name) DO NOTHING`, key).Exec(ctx); err != nil {
			return err
		}
		row, err := s.row(ctx, tx, key)
		if err != nil {
			return err
		}
		if t := s.token(ctx, key, row); t.Value != "" && t.Value != stale && s.clock.Now().Before(t.Expires) {
			token = t
			return nil
		}
		if row.Holder != "" && !s.dead(key, row.Holder) {
			return nil
		}
		// The value is asked for too: between our look and now another may have taken the
		// right, fetched and given it back, and the holder would look as it did.
		res, err := tx.NewRaw(`UPDATE corp_token SET holder = ? WHERE name = ? AND holder = ? AND value = ?`, me, key, row.Holder, row.Value).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		mine = n == 1
		return err
	})
	return token, mine, err
}

// dead tells whether a holder has kept the right for too long under our eyes.
func (s *tokenStore) dead(key, holder string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.pace.Now()
	seen, ok := s.seen[key]
	if !ok || seen.holder != holder {
		s.seen[key] = sighting{holder, now}
		return false
	}
	return now.Sub(seen.at) >= s.life
}

// fetch asks WeCom, stores the outcome and gives the right back.
func (s *tokenStore) fetch(ctx context.Context, key, me string, fetch func(context.Context) (wecom.Token, error)) (wecom.Token, error) {
	token, err := fetch(ctx)
	// The right must be given back also when the caller has gone away meanwhile.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), holderLife)
	defer cancel()
	if err != nil {
		if _, backErr := s.write(ctx, `UPDATE corp_token SET holder = '' WHERE name = ? AND holder = ?`, key, me); backErr != nil {
			return wecom.Token{}, err // the right ends by itself
		}
		return wecom.Token{}, err
	}
	sealed, err := s.secrets.Seal(ctx, []byte(token.Value), "corp_token/"+key)
	if err != nil {
		return wecom.Token{}, err
	}
	// When the right was lost meanwhile the other's token stands; ours works too.
	_, err = s.write(ctx, `UPDATE corp_token SET value = ?, expires_at = ?, holder = '' WHERE name = ? AND holder = ?`,
		sealed, db.MS(token.Expires), key, me)
	return token, err
}

func (s *tokenStore) write(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(sql, args...).Exec(ctx)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}
