package feature

import (
	"context"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Export is a list that people may take away as a file (导出). The feature that owns the
// list describes it; the feature export asks for columns, runs it in the background, keeps
// the file for some days and hands it out.
type Export struct {
	// Key names the list, "<slug>.<list>": "customer.follows".
	Key string
	// ZH and EN name the file and its sheet.
	ZH, EN string
	// Permission is asked of whoever starts the export, again when it is carried out, and
	// once more when the file is fetched.
	Permission string
	// Columns are all there are for the viewer, in their usual order.
	Columns func(ctx context.Context, v viewer.Viewer) ([]ExportColumn, error)
	// Check refuses a filter before anything is queued; nil takes any.
	Check func(ctx context.Context, q ExportQuery) error
	// Rows reads the list in bounded pages, within the viewer's scope, with one cell for
	// each of q.Columns. Cells are text, numbers, or time.Time in the corp's zone.
	Rows func(ctx context.Context, q ExportQuery) web.Rows
	// Total is about how many rows there will be, for the progress; nil when nobody knows.
	Total func(ctx context.Context, q ExportQuery) (int64, error)
}

// ExportColumn is one column that can be chosen.
type ExportColumn struct {
	Key    string `json:"key"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Chosen bool   `json:"chosen" doc:"part of the file unless somebody decides otherwise"`
}

// ExportQuery is what one file shall hold.
type ExportQuery struct {
	Viewer viewer.Viewer
	// Filter is the list's own filter, as the page sent it.
	Filter json.RawMessage
	// Columns are the keys of the columns, in the order of the file.
	Columns []string
	// English tells that words in the cells are English; Chinese otherwise.
	English bool
}
