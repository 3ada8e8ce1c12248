package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const (
	// deviceCookie remembers a browser in which the second step was done (记住此设备).
	deviceCookie = "queqiao_device"
	// deviceLimit is how long it is remembered.
	deviceLimit = 30 * 24 * time.Hour
)

// Device is a browser in which the second step is skipped.
type Device struct {
	ID        id.ID  `json:"id" bun:"id"`
	Agent     string `json:"agent" bun:"agent" doc:"User-Agent of the browser"`
	Address   string `json:"address" bun:"address"`
	CreatedAt int64  `json:"createdAt" bun:"created_at" doc:"unix ms"`
	UsedAt    int64  `json:"usedAt" bun:"used_at" doc:"unix ms"`
	ExpiresAt int64  `json:"expiresAt" bun:"expires_at" doc:"unix ms"`
}

// DeviceCookies are those that a typed operation knows a remembered browser by.
type DeviceCookies struct {
	DevicePlain  string `cookie:"queqiao_device" maxLength:"100" hidden:"true"`
	DeviceSecure string `cookie:"__Host-queqiao_device" maxLength:"100" hidden:"true"`
}

func (s *service) deviceToken(ctx context.Context, b DeviceCookies) string {
	if s.sessions.tls(ctx) {
		return b.DeviceSecure
	}
	return b.DevicePlain
}

// remembered tells whether the browser did the second step of this account lately.
func (s *service) remembered(ctx context.Context, account id.ID, token string) (bool, error) {
	if token == "" {
		return false, nil
	}
	var known bool
	now := db.NowMS(s.deps.Clock)
	err := s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		result, err := tx.NewRaw(`UPDATE account_device SET used_at = ?, address = ? WHERE hash = ? AND account_id = ? AND expires_at > ?`,
			now, addressOf(ctx), fingerprint(token), account, now).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		known = n == 1
		return err
	})
	return known, err
}

// remember makes the browser skip the second step from now on.
func (s *service) remember(ctx context.Context, account id.ID) error {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.deps.Clock.Now()
	err := s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO account_device (id, account_id, hash, agent, address, created_at, used_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, s.deps.IDs.New(), account, fingerprint(token), db.Clean(web.Agent(ctx)), addressOf(ctx),
			db.MS(now), db.MS(now), db.MS(now.Add(deviceLimit))).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	c := s.sessions.cookie(ctx, deviceCookie, token, "/", int(deviceLimit.Seconds()))
	web.SetCookie(ctx, &c)
	return nil
}

func (s *service) devices(ctx context.Context, account id.ID) (list []Device, err error) {
	err = s.deps.DB.Read().NewRaw(`SELECT id, agent, address, created_at, used_at, expires_at FROM account_device
		WHERE account_id = ? AND expires_at > ? ORDER BY used_at DESC LIMIT ?`, account, db.NowMS(s.deps.Clock), maxAccounts).Scan(ctx, &list)
	return list, err
}

// pruneDevices forgets up to pruneStep browsers whose time is over.
func pruneDevices(ctx context.Context, tx db.Tx, now int64) (int64, error) {
	result, err := tx.NewRaw(`DELETE FROM account_device WHERE id IN (SELECT id FROM account_device WHERE expires_at <= ? LIMIT ?)`, now, pruneStep).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

type deviceInput struct {
	ID id.ID `path:"id"`
}

// ForgetDevice makes the own account ask for the second step in that browser again.
func (s *service) ForgetDevice(ctx context.Context, in *deviceInput) (*web.None, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		result, err := tx.NewRaw(`DELETE FROM account_device WHERE id = ? AND account_id = ?`, in.ID, session.Account).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = fault.Missing("设备")
			}
			return err
		}
		web.Note(ctx, web.Change{Object: "device:" + in.ID.String()})
		return nil
	})
}
