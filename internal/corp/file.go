package corp

import (
	"context"
	"regexp"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// File is one by which WeCom checks whose a domain is (可信域名校验文件): it is served to
// anybody at the root of the public address.
type File struct {
	Name    string `bun:"name" json:"name"`     // WW_verify_….txt
	Content string `bun:"content" json:"-"`     // letters and digits
	At      int64  `bun:"created_at" json:"at"` // unix ms
}

var (
	fileShape    = regexp.MustCompile(`^WW_verify_[0-9A-Za-z]{1,64}\.txt$`)
	contentShape = regexp.MustCompile(`^[0-9A-Za-z_-]{1,128}$`)
)

// maxFiles is how many files a corp may keep: one for each of its domains.
const maxFiles = 20

// SaveFile keeps a file within the caller's transaction. A name that another corp uses is
// refused: it could otherwise claim that corp's domain.
func (r *Registry) SaveFile(ctx context.Context, tx db.Tx, corp, name, content string) (File, error) {
	f := File{Name: name, Content: strings.TrimSpace(strings.TrimPrefix(content, "\ufeff")), At: db.NowMS(r.clock)}
	var check fault.Check
	check.That(fileShape.MatchString(f.Name), "name", "文件名应为 WW_verify_ 开头的 .txt 文件，请直接上传从企业微信下载的文件，不要改名")
	check.That(contentShape.MatchString(f.Content), "content", "这不是企业微信的域名校验文件：内容应为一行字母和数字")
	if err := check.Err(); err != nil {
		return File{}, err
	}
	others, err := r.filesIn(ctx, tx, corp)
	if err != nil {
		return File{}, err
	}
	check.That(len(others) < maxFiles, "name", "校验文件太多，请先删除不再使用的")
	if err := check.Err(); err != nil {
		return File{}, err
	}
	done, err := tx.NewRaw(`INSERT INTO corp_file (name, corp_id, content, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET content = excluded.content, created_at = excluded.created_at WHERE corp_file.corp_id = excluded.corp_id`,
		f.Name, corp, f.Content, f.At).Exec(ctx)
	if err != nil {
		return File{}, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		check.That(err != nil, "name", "该文件已由另一家企业上传")
		return File{}, check.Err()
	}
	return f, nil
}

// RemoveFile takes a file away within the caller's transaction; not_found when the corp
// has none of that name.
func (r *Registry) RemoveFile(ctx context.Context, tx db.Tx, corp, name string) error {
	done, err := tx.NewRaw(`DELETE FROM corp_file WHERE corp_id = ? AND name = ?`, corp, name).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.Missing("校验文件")
}

// Files are the corp's, the newest first.
func (r *Registry) Files(ctx context.Context, corp string) ([]File, error) {
	return r.filesIn(ctx, r.db.Read(), corp)
}

func (r *Registry) filesIn(ctx context.Context, q db.Querier, corp string) ([]File, error) {
	var files []File
	err := q.NewRaw(`SELECT name, content, created_at FROM corp_file WHERE corp_id = ? ORDER BY created_at DESC`, corp).Scan(ctx, &files)
	return files, err
}

// FileContent finds a file by its name, whosever it is: the request of WeCom's server for
// it says nothing of the corp. ok is false when there is none.
func (r *Registry) FileContent(ctx context.Context, name string) (content string, ok bool, err error) {
	if !fileShape.MatchString(name) {
		return "", false, nil
	}
	err = r.db.Read().NewRaw(`SELECT content FROM corp_file WHERE name = ?`, name).Scan(ctx, &content)
	if db.NoRows(err) {
		return "", false, nil
	}
	return content, err == nil, err
}
