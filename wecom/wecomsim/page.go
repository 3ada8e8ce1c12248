package wecomsim

import (
	"bytes"
	"html/template"
	"net/http"
)

// This file renders the simulator's few plain pages: a title, a text, a list of
// identities to choose from. The two phones are a page of their own.

// pageData fills the one template.
type pageData struct {
	Title   string
	Text    string
	Action  string
	Field   string
	Hidden  map[string]string
	Choices []pageChoice
}

// pageChoice is one button.
type pageChoice struct {
	Value   string
	Label   string
	Note    string
	Picture string
}

const pageText = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}}</title><link rel="icon" href="/_sim/phones/icon.svg" type="image/svg+xml"><style>
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f2f2f2;color:#1a1a1a}
main{max-width:30rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.25rem}
button{display:flex;gap:.75rem;align-items:center;width:100%;padding:.6rem .8rem;margin:.4rem 0;border:1px solid #ddd;border-radius:.5rem;background:#fff;font:inherit;text-align:left;cursor:pointer}
button:hover,button:focus{border-color:#2b7cff}
img{width:2.25rem;height:2.25rem;border-radius:.4rem}
small{color:#666;margin-left:auto}
@media (prefers-color-scheme:dark){body{background:#1a1a1a;color:#eee}button{background:#262626;border-color:#444;color:#eee}small{color:#aaa}}
</style></head><body><main><h1>{{.Title}}</h1>{{with .Text}}<p>{{.}}</p>{{end}}
{{if .Choices}}<form method="post" action="{{.Action}}">{{range $k,$v := .Hidden}}<input type="hidden" name="{{$k}}" value="{{$v}}">{{end}}
{{$f := .Field}}{{range .Choices}}<button name="{{$f}}" value="{{.Value}}"><img src="{{.Picture}}" alt=""><span>{{.Label}}</span><small>{{.Note}}</small></button>{{end}}</form>{{end}}
</main></body></html>`

func showPage(w http.ResponseWriter, status int, data pageData) {
	page, err := template.New("page").Parse(pageText)
	var buf bytes.Buffer
	if err == nil {
		err = page.Execute(&buf, data)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}
