package corp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// ArchiveKey is the public half of a key of the message archive (会话内容存档消息加密公钥,
// document 91774). The private half is sealed and never leaves the installation; WeCom
// encrypts with the key that was set when a message was sent, so that none is ever removed.
type ArchiveKey struct {
	Number int64  `bun:"number" json:"number" doc:"1 for the first of the corp"`
	Public string `bun:"public" json:"public" doc:"PEM, to paste into WeCom's admin console"`
	At     int64  `bun:"created_at" json:"at" doc:"unix ms"`
}

// archiveBits is the size that WeCom demands.
const archiveBits = 2048

// maxArchiveKeys bounds what a corp may keep; a key lasts years.
const maxArchiveKeys = 50

// ArchivePair is a key that was made and is not kept yet: making one takes too long for a
// transaction.
type ArchivePair struct {
	public  string
	private []byte
}

// NewArchivePair makes a key.
func NewArchivePair() (ArchivePair, error) {
	key, err := rsa.GenerateKey(rand.Reader, archiveBits)
	if err != nil {
		return ArchivePair{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return ArchivePair{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	return ArchivePair{string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})), private}, err
}

// SaveArchiveKey keeps a key as the corp's newest, within the caller's transaction.
func (r *Registry) SaveArchiveKey(ctx context.Context, tx db.Tx, corp string, pair ArchivePair) (ArchiveKey, error) {
	k := ArchiveKey{Public: pair.public, At: db.NowMS(r.clock)}
	err := tx.NewRaw(`SELECT COALESCE(MAX(number), 0) + 1 FROM corp_archive_key WHERE corp_id = ?`, corp).Scan(ctx, &k.Number)
	if err != nil {
		return ArchiveKey{}, err
	}
	if k.Number > maxArchiveKeys {
		return ArchiveKey{}, fault.New(fault.Conflict, "存档密钥太多：旧密钥都要保留，请继续使用现有的密钥")
	}
	sealed, err := r.secrets.Seal(ctx, pair.private, archivePlace(corp, k.Number))
	if err != nil {
		return ArchiveKey{}, err
	}
	_, err = tx.NewRaw(`INSERT INTO corp_archive_key (corp_id, number, public, private, created_at) VALUES (?, ?, ?, ?, ?)`,
		corp, k.Number, k.Public, sealed, k.At).Exec(ctx)
	if db.IsUnique(err) {
		return ArchiveKey{}, fault.New(fault.Conflict, "有人刚刚生成了密钥，请刷新后再试")
	}
	return k, err
}

// ArchiveKeys are the corp's, the newest first.
func (r *Registry) ArchiveKeys(ctx context.Context, corp string) (keys []ArchiveKey, err error) {
	err = r.db.Read().NewRaw(`SELECT number, public, created_at FROM corp_archive_key WHERE corp_id = ? ORDER BY number DESC`, corp).Scan(ctx, &keys)
	return keys, err
}

// ArchivePrivate opens the private half of a key, for reading the archive.
func (r *Registry) ArchivePrivate(ctx context.Context, corp string, number int64) (*rsa.PrivateKey, error) {
	var sealed string
	err := r.db.Read().NewRaw(`SELECT private FROM corp_archive_key WHERE corp_id = ? AND number = ?`, corp, number).Scan(ctx, &sealed)
	if db.NoRows(err) {
		return nil, fault.Missing("存档密钥")
	}
	if err != nil {
		return nil, err
	}
	raw, err := r.secrets.Open(ctx, sealed, archivePlace(corp, number))
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fault.New(fault.Internal, "存档密钥不是 RSA 密钥")
	}
	return private, nil
}

// resealArchive seals the private keys that are under an old key under the newest.
func (r *Registry) resealArchive(ctx context.Context, tx db.Tx) (changed int, err error) {
	var rows []struct {
		Corp    string `bun:"corp_id"`
		Number  int64  `bun:"number"`
		Private string `bun:"private"`
	}
	if err := tx.NewRaw(`SELECT corp_id, number, private FROM corp_archive_key`).Scan(ctx, &rows); err != nil {
		return 0, err
	}
	for _, row := range rows {
		if !r.secrets.Stale(row.Private) {
			continue
		}
		again, err := r.secrets.Reseal(ctx, row.Private, archivePlace(row.Corp, row.Number))
		if err != nil {
			return 0, err
		}
		if _, err := tx.NewRaw(`UPDATE corp_archive_key SET private = ? WHERE corp_id = ? AND number = ?`, again, row.Corp, row.Number).Exec(ctx); err != nil {
			return 0, err
		}
		changed++
	}
	return changed, nil
}

// archivePlace binds a sealed key to its row.
func archivePlace(corp string, number int64) string {
	return "corp_archive_key/" + corp + "/" + strconv.FormatInt(number, 10)
}
