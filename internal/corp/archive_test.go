package corp_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// TestArchiveKeys: what WeCom encrypts for a public key opens with the private one of the
// same number, also after a newer was made and the sealing key was changed; at rest it is
// sealed, and another corp has none of it.
func TestArchiveKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, keys := t.Context(), filepath.Join(t.TempDir(), "keys")
		n := newNode(t, d, keys, 1, "")
		save(t, n, oneCorp(), mainApp("secret-1"))
		made := func() (k corp.ArchiveKey) {
			pair, err := corp.NewArchivePair()
			if err == nil {
				err = d.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
					k, err = n.SaveArchiveKey(ctx, tx, "ww1", pair)
					return err
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		first, second := made(), made()
		if first.Number != 1 || second.Number != 2 {
			t.Errorf("numbers %d and %d", first.Number, second.Number)
		}
		list, err := n.ArchiveKeys(ctx, "ww1")
		if err != nil || len(list) != 2 || list[0].Number != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := secret.Rotate(keys); err != nil {
			t.Fatal(err)
		}
		command := newNode(t, d, keys, 2, "")
		if changed, err := command.Reseal(ctx); err != nil || changed != 5 {
			t.Errorf("%d values were sealed anew, %v", changed, err)
		}
		var sealed []string
		if err := d.Read().NewRaw(`SELECT private FROM corp_archive_key`).Scan(ctx, &sealed); err != nil {
			t.Fatal(err)
		}
		for _, text := range sealed {
			if !strings.HasPrefix(text, "q1.") {
				t.Errorf("at rest it is %.20s", text)
			}
		}
		block, _ := pem.Decode([]byte(first.Public))
		public, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		private, err := command.ArchivePrivate(ctx, "ww1", 1)
		if err != nil {
			t.Fatal(err)
		}
		if private.N.BitLen() != 2048 || !private.PublicKey.Equal(public.(*rsa.PublicKey)) {
			t.Error("the halves do not belong together")
		}
		if _, err := command.ArchivePrivate(ctx, "ww2", 1); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("another corp: %v", err)
		}
	}, corp.Migrations())
}
