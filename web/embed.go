// Package web carries the browser side of Queqiao inside the binary: the
// console (admin.html), the sidebar of the WeCom chat window (sidebar.html)
// and the pages customers see (h5.html), with their hashed assets.
//
// The pages are written in TypeScript and have to be built with npm before
// they can be embedded. So that a clean clone compiles and tests with Go
// alone, the default build holds no pages; release builds are made with the
// build tag "ui" (`go build -tags ui ./...`) after `npm ci && npm run build`.
package web

import "io/fs"

// Dist returns the built pages, rooted at the folder that holds admin.html,
// and true. Beside each compressible file stand its twins file.gz and file.br,
// to be served when the browser accepts them. Everything under assets/ has a
// content hash in its name and may be cached for ever; the three HTML files
// must not be cached.
//
// In a build without the tag "ui" it returns an empty file system and false;
// the server then answers page requests by saying how to build the pages.
func Dist() (fs.FS, bool) { return dist() }
