package outgoing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"
)

const (
	// LargestPicture is how many bytes of a picture are taken.
	LargestPicture = 4 << 20
	pictureTime    = 10 * time.Second
)

// Drawing is the content type of a picture that is text and may carry scripts: whoever
// serves one says that it may not run them.
const Drawing = "image/svg+xml"

// Picture fetches a picture and tells its kind, by what it holds rather than by what its
// host says. It fails on what is none, or larger than LargestPicture.
func Picture(ctx context.Context, client *http.Client, address string) (content []byte, kind string, err error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	content, err = io.ReadAll(io.LimitReader(res.Body, LargestPicture+1))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, "", err
	}
	kind = http.DetectContentType(content)
	if told, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err == nil && told == Drawing && bytes.HasPrefix(bytes.TrimSpace(content), []byte("<svg")) {
		kind = Drawing
	}
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("outgoing: picture: HTTP %d", res.StatusCode)
	case len(content) > LargestPicture:
		return nil, "", fmt.Errorf("outgoing: picture larger than %d bytes", LargestPicture)
	case !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", Drawing}, kind):
		return nil, "", fmt.Errorf("outgoing: picture is %q", kind)
	}
	return content, kind, nil
}
